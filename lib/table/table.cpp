#include "table/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "io/csv.hpp"

namespace maxtrick::table {

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

std::size_t ResultTable::index(std::string_view column) const {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].name == column) return i;
  throw std::out_of_range(fmt::format("no column '{}' in table '{}'", column, title));
}

bool ResultTable::has_times() const {
  return std::any_of(columns.begin(), columns.end(),
                     [](const Column& column) { return column.rule == Rule::timed; });
}

bool ResultTable::keeps(const Only& only, const Row& row) const {
  return std::all_of(only.begin(), only.end(), [&](const auto& condition) {
    return row[index(condition.first)] == condition.second;
  });
}

std::string ResultTable::key(const Row& row) const {
  Row cells;
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].rule == Rule::key) cells.push_back(row.at(i));
  return Key(std::move(cells)).text();
}

Row ResultTable::row(const Key& key, const Row& others) const {
  if (key.cells().size() + others.size() != columns.size())
    throw std::logic_error(fmt::format("row {}: {} and {} cells for {} columns", key.text(),
                                       key.cells().size(), others.size(), columns.size()));
  Row row;
  auto of_key = key.cells().begin();
  auto other = others.begin();
  for (const Column& column : columns)
    row.push_back(column.rule == Rule::key ? *of_key++ : *other++);
  return row;
}

Key::Key(Row cells)
    : cells_(std::move(cells)), text_(fmt::format("{}", fmt::join(texts(cells_), "/"))) {}

std::string to_csv(const ResultTable& table) {
  std::vector<std::string> header;
  for (const Column& column : table.columns) header.push_back(column.name);
  std::string csv;
  io::append_csv_line(csv, header);
  for (const Row& row : table.rows) io::append_csv_line(csv, texts(row));
  return csv;
}

}  // namespace maxtrick::table
