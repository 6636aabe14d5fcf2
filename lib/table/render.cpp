#include "table/render.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace maxtrick::table {
namespace {

// The number of code points. A terminal shows each code point of our tables one cell wide.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string aligned(const ResultTable& table) {
  std::vector<std::vector<std::string>> lines(1);
  for (const Column& column : table.columns) lines[0].push_back(column.name);
  for (const Row& row : table.rows) lines.push_back(texts(row));

  std::vector<std::size_t> widths(table.columns.size());
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));

  std::string text;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text.append(widths[i] - width(line[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

std::string json(const ResultTable& table) {
  auto rows = nlohmann::ordered_json::array();
  for (const Row& row : table.rows) {
    nlohmann::ordered_json object;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const Column& column = table.columns[i];
      const bool numeric =
          column.rule == Rule::bounded || column.rule == Rule::timed || column.rule == Rule::info;
      const auto number = numeric ? row[i].number() : std::nullopt;
      if (number && std::isfinite(*number))
        object[column.name] = *number;
      else
        object[column.name] = row[i].text();
    }
    rows.push_back(std::move(object));
  }
  // A text may be the name of a file, which need not be UTF-8.
  return rows.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string render(const ResultTable& table, Format format) {
  switch (format) {
    case Format::table: return aligned(table);
    case Format::csv: return to_csv(table);
    case Format::json: return json(table);
  }
  return {};
}

}  // namespace maxtrick::table
