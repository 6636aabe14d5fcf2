// A table against its baseline, by the rule of each column.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "table/baseline.hpp"

namespace maxtrick::table {

// Where a table and its baseline part.
struct Mismatch {
  enum class Kind { differs, slower, noisy, unjudged };
  Kind kind = Kind::differs;
  std::string row;       // the row's key; empty where the whole table is meant
  std::string column;    // empty where the row is missing or extra
  std::string expected;  // what the baseline has
  std::string got;
  std::string allowed;  // the interval or the rule
};

// Compares `got` with the baseline. Rules:
//   key      rows are matched by key; a missing and an extra row are mismatches;
//   exact    the texts are equal;
//   bounded  both are the same special value (nan, inf, -inf), or both finite and within the
//            tolerance around the baseline; NaN never matches a number, and what is no number (an
//            empty cell) must be equal as text;
//   timed, info  nothing.
// Columns must be the same, in the same order. `keys` names the rows that were computed; where it
// is not null, rows of the baseline outside it are not missed.
[[nodiscard]] std::vector<Mismatch> compare(const ResultTable& got, const Baseline& baseline,
                                            const std::vector<std::string>* keys = nullptr);

// Where the interval of every timed cell overlaps the baseline's, all take the baseline's texts: a
// time belongs to a machine and a moment, and what a run confirms it need not write anew.
void keep_confirmed_times(ResultTable& table, const Baseline& baseline);

// The cells of a table that are above their bound (ResultTable::limits).
[[nodiscard]] std::vector<Mismatch> beyond_limits(const ResultTable& table);

// The claims about speed that do not hold, or of which nothing can be said (ResultTable::judged).
[[nodiscard]] std::vector<Mismatch> claims_in_doubt(const ResultTable& table);

// The regular expression that matches this key and no other, for --filter.
[[nodiscard]] std::string exact_filter(std::string_view key);

// A path as a word for a shell: as it is where that will do.
[[nodiscard]] std::string shell_path(std::string_view path);

// The command that makes the row of this key again, for a shell.
[[nodiscard]] std::string rerun(std::string_view config_path, std::string_view key);

// The mismatch as lines of text: "TABLE: row KEY, column C: expected E, got G, allowed A", and the
// command that reruns the one case.
[[nodiscard]] std::string describe(const Mismatch& mismatch, std::string_view table_path,
                                   std::string_view config_path);

}  // namespace maxtrick::table
