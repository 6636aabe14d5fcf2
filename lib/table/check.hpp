// Compares a table with its baseline, by the rule of each column.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "table/baseline.hpp"

namespace maxtrick::table {

// A difference between a table and its baseline.
struct Mismatch {
  enum class Kind { differs, slower, noisy, unjudged };
  Kind kind = Kind::differs;
  std::string row;       // the key of the row; empty if it is about the whole table
  std::string column;    // empty if the row is missing or extra
  std::string expected;  // the content of the baseline
  std::string got;
  std::string allowed;  // the interval or the rule
  // If it is not empty, messages show it in place of the fields above: a claim about speed beside
  // what was measured.
  std::string sentence = {};
};

// The mismatch in words, without its row: "column C: expected E, got G, allowed A", or its
// sentence.
[[nodiscard]] std::string in_words(const Mismatch& mismatch);

// Compares `got` with the baseline. Rules:
//   key      rows are matched by key; a missing and an extra row are mismatches;
//   exact    the texts are equal;
//   bounded  both are the same special value (nan, inf, -inf), or both are finite and within the
//            tolerance around the baseline. NaN never matches a number. A cell that is not a number
//            (an empty cell) must be equal as text. A number must also be in the column's range. In
//            a row whose bits are promised, the texts are equal, unless the tolerance allows such a
//            row a distance too;
//   timed, info  not compared.
// The columns must be the same, in the same order. `keys` names the rows that were computed. If it
// is not null, rows of the baseline that are not in `keys` do not count as missing.
[[nodiscard]] std::vector<Mismatch> compare(const ResultTable& got, const Baseline& baseline,
                                            const std::vector<std::string>* keys = nullptr);

// The cells of a table that are above their bound (ResultTable::limits) or outside the range of
// their column.
[[nodiscard]] std::vector<Mismatch> beyond_limits(const ResultTable& table);

// The claims about speed that do not hold, or that cannot be judged (ResultTable::judged). On a
// busy machine no claim is missed, because the other programs may be the reason.
[[nodiscard]] std::vector<Mismatch> claims_in_doubt(const ResultTable& table, bool busy = false);

// Whether a claim about speed is judged in any row.
[[nodiscard]] bool has_claims(const ResultTable& table);

// How many intervals of times the table has, and how many of them are marked as wide.
struct Intervals {
  std::size_t wide = 0, all = 0;
};
[[nodiscard]] Intervals count_intervals(const ResultTable& table);

// The regular expression that matches this key and no other, for --filter.
[[nodiscard]] std::string exact_filter(std::string_view key);

// A path as a word for a shell, quoted only if necessary.
[[nodiscard]] std::string shell_path(std::string_view path);

// The shell command that computes the row of this key again.
[[nodiscard]] std::string rerun(std::string_view config_path, std::string_view key);

// The mismatch as lines of text: the table, the row, the mismatch in words, and the command that
// repeats the case.
[[nodiscard]] std::string describe(const Mismatch& mismatch, std::string_view table_path,
                                   std::string_view config_path);

}  // namespace maxtrick::table
