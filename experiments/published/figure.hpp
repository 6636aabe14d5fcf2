// One figure of a document, and its row of the table.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "published/formulas.hpp"
#include "table/table.hpp"

namespace maxtrick::published {

struct Figure {
  std::string id, what, claim, note;
  std::vector<std::string> printed;  // or else a claim in words, with its limits
  config::Range limits;
  double input_half_unit = 0;  // the printed logits may be off by this much
  const Formula* formula = nullptr;
  std::string reduce;  // of each row's results: only the smallest, the largest, ..., or all
  Given given;
};

// What `reduce` may say, of the results of each row of the input.
[[nodiscard]] const std::vector<std::string>& reductions();

// The figure's results: the formula's, reduced, row after row.
[[nodiscard]] std::vector<double> compute(const Figure& figure);

// The columns of the table, and the figure's row: printed, computed, and whether they agree.
[[nodiscard]] std::vector<table::Column> columns();
[[nodiscard]] table::Row evaluate(const Figure& figure);

}  // namespace maxtrick::published
