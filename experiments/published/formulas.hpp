// The formulas of the teaching documents, by the names that configs/published.toml uses.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace maxtrick::published {

using Matrix = std::vector<std::vector<double>>;

// The input of a formula.
struct Given {
  Matrix input;                // rows of logits, probabilities or plain numbers
  std::vector<double> labels;  // one class index for each row, where the formula needs them
};

struct Formula {
  std::string name;
  std::string meaning;
  bool needs_labels;
  // Returns the results of each input row. A formula over all rows returns a single row.
  std::function<Matrix(const Given&)> compute;
};

// Returns the plain formulas, and one formula for each registered variant under the variant's name,
// in float64.
[[nodiscard]] const std::vector<Formula>& formulas();

}  // namespace maxtrick::published
