// A cell of a table: its value and its text in the CSV file.
#pragma once

#include <concepts>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "table/interval.hpp"

namespace maxtrick::table {

// The shortest text that reads back as the same double; also nan, inf, -inf and -0.
[[nodiscard]] std::string cell(double value);
// The shortest text that reads back as the same float.
[[nodiscard]] std::string cell(float value);

// An empty cell, a text, a number or an interval. The value of a number is the one that its text
// denotes: if a number is written with six digits, its value is the rounded one. So comparisons
// judge what a reader of the CSV file sees, whether the cell was measured or read from a file.
class Cell {
 public:
  Cell() = default;  // an empty cell
  Cell(std::string text) : text_(std::move(text)) {}
  Cell(std::string_view text) : text_(text) {}
  Cell(const char* text) : text_(text) {}
  Cell(double value) : text_(cell(value)), value_(value) {}  // the shortest text
  Cell(float value) : Cell(read(cell(value))) {}
  template <class Number>  // a 16-bit number, say, as the double of the same value
  requires(std::is_class_v<Number>&& std::is_convertible_v<Number, double>) Cell(Number value)
      : Cell(static_cast<double>(value)) {}
  Cell(std::same_as<bool> auto holds) : text_(holds ? "yes" : "no") {}
  Cell(std::integral auto count) requires(!std::same_as<decltype(count), bool> &&
                                          !std::same_as<decltype(count), char>)
      : text_(std::to_string(count)), value_(static_cast<double>(count)) {}
  Cell(const Interval& interval) : Cell(read(cell(interval))) {}
  template <class Named>
  requires requires(Named one) { std::string(name(one)); }
  Cell(Named one) : text_(name(one)) {}  // by its name
  template <class T>
  Cell(const std::optional<T>& value) : Cell(value ? Cell(*value) : Cell()) {}

  // Reads the text of a CSV cell: a number or an interval if it is one, else a text.
  [[nodiscard]] static Cell read(std::string text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] std::optional<double> number() const;  // NaN and infinities too
  [[nodiscard]] std::optional<Interval> interval() const;

  // Compares the texts: 1 and 1.0 differ, and NaN equals NaN.
  friend bool operator==(const Cell& a, const Cell& b) { return a.text_ == b.text_; }
  friend std::ostream& operator<<(std::ostream& out, const Cell& cell) { return out << cell.text_; }

 private:
  std::string text_;
  std::variant<std::monostate, double, Interval> value_;
};

// The value rounded to `digits` significant digits.
[[nodiscard]] Cell rounded(double value, int digits);
// The value rounded to six significant digits, for measured errors. More digits would be noise.
[[nodiscard]] Cell short_number(double value);
[[nodiscard]] Cell short_number(const std::optional<double>& value);

using Row = std::vector<Cell>;

// Converts rows between cells and the texts of a CSV file.
[[nodiscard]] Row read_row(std::vector<std::string> texts);
[[nodiscard]] std::vector<Row> read_rows(std::vector<std::vector<std::string>> lines);
[[nodiscard]] std::vector<std::string> texts(const Row& row);

}  // namespace maxtrick::table
