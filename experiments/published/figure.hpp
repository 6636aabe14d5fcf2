// One figure of a document, and the columns of the table.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "published/formulas.hpp"
#include "table/columns.hpp"

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

// A row of the table: what a document says, and how what is computed agrees with it.
struct Point {
  std::string id, what, printed;
};
struct Agreement {
  std::string computed, agrees, digits, note;
};
using Columns = table::Columns<Point, Agreement>;
[[nodiscard]] Columns columns();

// "yes", "partly" or "no"; of none of none "yes".
[[nodiscard]] std::string how_many(std::size_t agree, std::size_t of);

[[nodiscard]] Point point_of(const Figure& figure);
[[nodiscard]] Agreement evaluate(const Figure& figure);

// What a document says of a figure: digits, or a claim in words.

struct Expectation {
  std::string claim = {};
  config::Range limits = {};              // of the claim
  std::vector<std::string> printed = {};  // where there is no claim: numbers, as text
};

// Reads claim, with at_least or at_most or both, or else printed. Errors are noted in the config.
[[nodiscard]] Expectation read_expectation(config::Section& section);

}  // namespace maxtrick::published
