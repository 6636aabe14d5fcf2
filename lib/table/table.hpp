// Result tables: named columns, each with a rule for comparison, and rows of cells.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "table/cell.hpp"

namespace maxtrick::table {

// How `check` compares a column with the baseline.
enum class Rule {
  key,      // names the row; all keys of a row together are unique in the table
  exact,    // equal as text
  bounded,  // within the column's tolerance; exact in a row whose bits are promised
  timed,    // a time, or a ratio of times of one run: shown, not compared
  info,     // shown, not compared
};
[[nodiscard]] std::string_view name(Rule rule);

enum class Measure { absolute, relative, ulp };  // `ulp` means ULPs of float64

// The values that a cell can have, such as 0 to 1 for a share.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};
inline constexpr Range not_negative{.low = 0}, of_a_share{.low = 0, .high = 1};

// The allowed distance to the baseline. If `value` is infinite, any value in the range is allowed.
struct Tolerance {
  Measure measure = Measure::absolute;
  double value = 0;
  std::string reason;  // the reason why it is not tighter
  Range range = {};    // a number outside it is an error, in the baseline or in the new table
  // The distance that is allowed in a row whose bits are promised. It is above 0 only if the
  // experiment itself calls libm for this column, for example for a theoretical bound.
  double promised = 0;
};

// Selects the rows whose column .first has the value .second, for all of these pairs.
using Only = std::vector<std::pair<std::string, Cell>>;

// Rows with a tolerance of their own, in the measure of the column.
struct RowTolerance {
  Only rows;
  double value;
};

struct Column {
  std::string name;  // with its unit: "time_ns", "error_ulp"
  Rule rule = Rule::exact;
  std::string description;   // one line, for the reader of the table
  Tolerance tolerance = {};  // for a bounded column
  Only shown_only = {};      // if not empty, these rows are not compared; the description says why
  std::vector<RowTolerance> of_rows = {};  // the first that selects a row applies to it
};

// Views of a table in its Markdown file.
//
// A pivot has one line for each value of `row` and one column for each value of `column`, both in
// order of appearance. Each cell holds the columns `cells`, separated by blanks; if there are
// several, a key above the grid names them. If `largest` is not empty, another column shows the
// largest number that the line has in the column of that name. `only` selects the rows.
struct Pivot {
  std::string title;
  std::string row;
  std::string column;
  std::vector<std::string> cells;
  Only only = {};
  std::string largest = {};
  bool leaves_out_empty = false;  // lines without any text in their cells
};

// Like a pivot, but each cell is the number of rows. `columns` are shown in that order, even if a
// value does not appear.
struct Count {
  std::string title;
  std::string row;
  std::string column;
  std::vector<std::string> columns;
  Only only = {};
};

// One line for each value of `row`, in order of appearance. Each cell is the mean of a column over
// the rows with that value. Cells that are not finite numbers are left out of the mean.
struct Mean {
  std::string title;
  std::string row;
  std::vector<std::string> cells;
  Only only = {};
};

// Shows `columns` of single rows: one line for each row whose column `given` is not empty.
struct Lines {
  std::string title;
  std::vector<std::string> columns;
  std::string given;
  Only only = {};
};

// A theoretical bound: in every row the column `value` must not exceed the column `bound`, unless
// the cell of `bound` is empty. NaN and infinities exceed every bound.
struct Limit {
  std::string value;
  std::string bound;
};

// The cells of the key columns, which name a row.
class Key {
 public:
  explicit Key(Row cells);
  Key(std::initializer_list<Cell> cells) : Key(Row(cells)) {}
  [[nodiscard]] const Row& cells() const { return cells_; }
  // The cells joined by '/'. --filter searches this text, and messages show it.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Row cells_;
  std::string text_;
};

// The columns with claims about speed, which the experiment itself judged by an interval: the
// claim, the measurement and the verdict. A claim reads "at least 2 times as fast as X" or "at most
// 2 times the time of X". A verdict is "holds", "missed" (confirmed slower), "noisy" or "unjudged"
// (what the claim is about could not be measured). A row with several claims has several of each,
// separated by "; "; a row without claims has an empty cell. `check` compares such rows with their
// claims, never with the times of the baseline.
struct Judged {
  std::string claim;
  std::string measured;
  std::string verdict;
};

// A table with the rules and the views of its experiment.
struct ResultTable {
  std::string title;
  std::string description;  // the content of the table
  std::vector<Column> columns;
  std::vector<Row> rows;
  // The keys of the rows whose bits are promised: they are the same in every build and on every CPU,
  // because only the code of this project computed them, or a rounding removed the last bits of
  // libm.
  std::set<std::string> promised = {};
  std::vector<Limit> limits = {};
  std::vector<Judged> judged = {};
  // The views in the Markdown file, in this order. If all are empty, it shows every row.
  std::vector<Count> counts = {};
  std::vector<Mean> means = {};
  std::vector<Lines> lines = {};
  std::vector<Pivot> pivots = {};
  // Shows these columns once for each value of the first of them.
  std::vector<std::string> legend = {};

  [[nodiscard]] std::size_t index(std::string_view column) const;  // throws std::out_of_range
  [[nodiscard]] bool has_times() const;                            // a column with the rule `timed`
  // Whether the view `only` selects the row.
  [[nodiscard]] bool keeps(const Only& only, const Row& row) const;
  // The text of the row's key.
  [[nodiscard]] std::string key(const Row& row) const;
  // The row of this key: its cells and `others`, in the order of the columns. Throws
  // std::logic_error if their number is not the number of columns.
  [[nodiscard]] Row row(const Key& key, const Row& others) const;
};

// Tidy CSV (RFC 4180 quoting, LF): a header line and one line for each row.
[[nodiscard]] std::string to_csv(const ResultTable& table);
// The table as Markdown for readers: numbers have four significant digits.
[[nodiscard]] std::string to_markdown(const ResultTable& table);

}  // namespace maxtrick::table
