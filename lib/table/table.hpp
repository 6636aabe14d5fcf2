// Result tables: named columns that say how they are compared, and rows of cells.
#pragma once

#include <cstddef>
#include <initializer_list>
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
  bounded,  // within the column's tolerance
  timed,    // "estimate [low, high]", measured in one run: shown, not compared; see check.hpp
  info,     // shown, not compared
};
[[nodiscard]] std::string_view name(Rule rule);

enum class Measure { absolute, relative, ulp };  // ulp: of float64

struct Tolerance {
  Measure measure = Measure::absolute;
  double value = 0;
  std::string reason;  // why not tighter
};

// The rows whose column .first is .second, for all of these.
using Only = std::vector<std::pair<std::string, Cell>>;

struct Column {
  std::string name;  // with its unit: "time_ns", "error_ulp"
  Rule rule = Rule::exact;
  std::string description;   // one line, for the reader of the table
  Tolerance tolerance = {};  // of a bounded column
  Only shown_only = {};  // rows that are not compared, where not empty; the description says why
};

// Ways of seeing a table in its Markdown twin.
//
// One line a value of `row`, one column a value of `column`, both in order of appearance; each cell
// holds the columns `cells`, a blank between. `only` are the rows that are seen.
struct Pivot {
  std::string title;
  std::string row;
  std::string column;
  std::vector<std::string> cells;
  Only only = {};
};

// As a pivot, but each cell is the number of rows. `columns` are shown in that order, whether they
// appear or not.
struct Count {
  std::string title;
  std::string row;
  std::string column;
  std::vector<std::string> columns;
  Only only = {};
};

// One line a value of `row`, in order of appearance; each cell the mean of a column of numbers over
// the rows of that value. What is no finite number takes no part.
struct Mean {
  std::string title;
  std::string row;
  std::vector<std::string> cells;
  Only only = {};
};

// Rows as they are: one line each, those whose column `given` is not empty, and these columns.
struct Lines {
  std::string title;
  std::vector<std::string> columns;
  std::string given;
  Only only = {};
};

// A number that theory limits: in every row the column `value` must not be above the column
// `bound`, unless that cell is empty. NaN and infinities are above every number.
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
  // Joined by '/': what --filter sees and messages name.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Row cells_;
  std::string text_;
};

// A claim about speed that the experiment judged itself, by an interval: columns with what was
// claimed, what was measured, and the verdicts, "holds", "missed" (confirmed slower), "noisy" or
// "unjudged" (what it speaks of could not be measured), parted by "; " where a row meets several;
// empty where none. Such rows are held to their claims, never to the baseline's times.
struct Judged {
  std::string claim;
  std::string measured;
  std::string verdict;
};

struct ResultTable {
  std::string title;
  std::string description;  // what the table shows
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<Limit> limits = {};
  std::vector<Judged> judged = {};
  // What the Markdown twin shows, in this order; every row where all are empty.
  std::vector<Count> counts = {};
  std::vector<Mean> means = {};
  std::vector<Lines> lines = {};
  std::vector<Pivot> pivots = {};
  std::vector<std::string> legend = {};  // these columns, once for each value of the first of them

  [[nodiscard]] std::size_t index(std::string_view column) const;  // throws std::out_of_range
  [[nodiscard]] bool keeps(const Only& only, const Row& row) const;
  // The text of the row's key.
  [[nodiscard]] std::string key(const Row& row) const;
  // The row of this key: its cells and `others` in the order of the columns. Throws
  // std::logic_error where there are not as many as columns.
  [[nodiscard]] Row row(const Key& key, const Row& others) const;
};

// Tidy CSV (RFC 4180 quoting, LF): a header line and a line a row.
[[nodiscard]] std::string to_csv(const ResultTable& table);
// The table for reading: numbers to four significant digits.
[[nodiscard]] std::string to_markdown(const ResultTable& table);

}  // namespace maxtrick::table
