#include "table/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "io/csv.hpp"

namespace maxtrick::table {
namespace {

template <class T>
std::string shortest(T value) {
  // The sign of a NaN means nothing, and compilers disagree on it.
  return std::isnan(value) ? "nan" : fmt::format("{}", value);
}

}  // namespace

std::string_view name(Rule rule) {
  switch (rule) {
    case Rule::key: return "key";
    case Rule::exact: return "exact";
    case Rule::bounded: return "bounded";
    case Rule::timed: return "timed";
    case Rule::info: return "info";
  }
  return {};
}

std::string cell(double value) { return shortest(value); }
std::string cell(float value) { return shortest(value); }
std::string short_cell(double value) {
  return std::isnan(value) ? shortest(value) : fmt::format("{:.6g}", value);
}

std::size_t ResultTable::index(std::string_view column) const {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name == column) return i;
  throw std::out_of_range(fmt::format("no column '{}' in table '{}'", column, title));
}

bool ResultTable::keeps(const Only& only, const Row& row) const {
  return std::all_of(only.begin(), only.end(), [&](const auto& condition) {
    return row[index(condition.first)] == condition.second;
  });
}

std::string ResultTable::key(const Row& row) const {
  std::string text;
  bool first = true;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].rule != Rule::key) continue;
    text += (first ? "" : "/") + row.at(i);
    first = false;
  }
  return text;
}

std::string to_csv(const ResultTable& table) {
  Row header;
  for (const Column& column : table.columns) header.push_back(column.name);
  std::string csv;
  io::append_csv_line(csv, header);
  for (const Row& row : table.rows) io::append_csv_line(csv, row);
  return csv;
}

}  // namespace maxtrick::table
