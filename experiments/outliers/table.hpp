// The columns and views of the table.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "outliers/effect.hpp"
#include "outliers/gap.hpp"
#include "table/columns.hpp"

namespace maxtrick::outliers {

struct Point {
  std::string part;     // gap, mislabelled, distant
  std::string setting;  // the name of the row or of the task
  std::string activation;
  table::Cell outlier;  // the gap, or the name of the outlier
  std::string hazard;
  bool compared = true;  // whether another order of additions gives nearly the same training
};

// Either an answer or effects, one for each seed.
struct Found {
  std::optional<Answer> answer = {};
  std::vector<Effect> effects = {};
  std::optional<double> bound = {};
};

using Columns = table::Columns<Point, Found>;
[[nodiscard]] Columns columns();

// The largest possible length of the gradient of one loss with respect to the logits: |p - t| is at
// most sqrt 2, since the entries of p are from 0 to 1 and sum to 1, and dz/dx is at most 1 /
// temperature. A sum has no bound.
[[nodiscard]] std::optional<double> gradient_bound(const Activation& activation);

void add_gap_views(table::ResultTable& table, const Others& others);
void add_training_views(table::ResultTable& table, const std::string& task);

}  // namespace maxtrick::outliers
