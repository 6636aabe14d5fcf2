// One figure of a document, and the columns of the table.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "published/formulas.hpp"
#include "table/columns.hpp"

namespace maxtrick::published {

// A figure as a config describes it: the document's statement, and how to compute it.
struct Figure {
  std::string id, what, claim, note;
  std::vector<std::string> printed;  // empty where there is a claim in words, with its limits
  config::Range limits;
  double input_half_unit = 0;  // the largest rounding error of the printed logits
  const Formula* formula = nullptr;
  // Reduces each row's results to the smallest, the largest, ...; empty: all results.
  std::string reduce;
  Given given;
};

// Returns the valid values of `reduce`, which is applied to the results of each input row.
[[nodiscard]] const std::vector<std::string>& reductions();

// Returns the results of the figure's formula, reduced, row by row.
[[nodiscard]] std::vector<double> compute(const Figure& figure);

// A row of the table: `Point` holds the document's statement, `Agreement` how the computed values
// agree with it.
struct Point {
  std::string id, what, printed;
};
struct Agreement {
  std::string computed, agrees, digits, note;
};
using Columns = table::Columns<Point, Agreement>;
[[nodiscard]] Columns columns();

// Returns "yes", "partly" or "no"; "yes" for 0 of 0.
[[nodiscard]] std::string how_many(std::size_t agree, std::size_t of);

// Returns the document's statement about a figure.
[[nodiscard]] Point point_of(const Figure& figure);
// Computes a figure and compares it with the document's statement.
[[nodiscard]] Agreement evaluate(const Figure& figure);

// The statement of a document about a figure: either digits or a claim in words.

struct Expectation {
  std::string claim = {};
  config::Range limits = {};              // of the claim
  std::vector<std::string> printed = {};  // numbers, as text; empty where there is a claim
};

// Reads either claim, with at_least or at_most or both, or printed. Errors are noted in the config.
[[nodiscard]] Expectation read_expectation(config::Section& section);

}  // namespace maxtrick::published
