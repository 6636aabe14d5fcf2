#include "table/cell.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "io/number.hpp"

namespace maxtrick::table {
namespace {

template <class T>
std::string shortest(T value) {
  // The sign of a NaN has no meaning, and compilers produce different signs.
  return std::isnan(value) ? "nan" : fmt::format("{}", value);
}

}  // namespace

std::string cell(double value) { return shortest(value); }
std::string cell(float value) { return shortest(value); }

Cell Cell::read(std::string text) {
  Cell cell(std::move(text));
  if (const auto number = io::parse_number(cell.text_))
    cell.value_ = *number;
  else if (const auto interval = parse_interval(cell.text_))
    cell.value_ = *interval;
  return cell;
}

std::optional<double> Cell::number() const {
  const auto* number = std::get_if<double>(&value_);
  if (number == nullptr) return std::nullopt;
  // Without a sign.
  return std::isnan(*number) ? std::numeric_limits<double>::quiet_NaN() : *number;
}

std::optional<Interval> Cell::interval() const {
  const auto* interval = std::get_if<Interval>(&value_);
  return interval ? std::optional(*interval) : std::nullopt;
}

Cell rounded(double value, int digits) {
  return Cell::read(std::isnan(value) ? "nan" : fmt::format("{:.{}g}", value, digits));
}

Cell short_number(double value) { return rounded(value, 6); }
Cell short_number(const std::optional<double>& value) {
  return value ? short_number(*value) : Cell();
}

Row read_row(std::vector<std::string> texts) {
  Row row;
  row.reserve(texts.size());
  for (std::string& text : texts) row.push_back(Cell::read(std::move(text)));
  return row;
}

std::vector<Row> read_rows(std::vector<std::vector<std::string>> lines) {
  std::vector<Row> rows;
  rows.reserve(lines.size());
  for (auto& line : lines) rows.push_back(read_row(std::move(line)));
  return rows;
}

std::vector<std::string> texts(const Row& row) {
  std::vector<std::string> all;
  all.reserve(row.size());
  for (const Cell& cell : row) all.push_back(cell.text());
  return all;
}

}  // namespace maxtrick::table
