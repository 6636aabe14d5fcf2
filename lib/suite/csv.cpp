#include <fmt/format.h>

#include <stdexcept>

#include "suite/table.hpp"

namespace maxtrick::suite {
namespace {

void append_field(std::string& csv, std::string_view field) {
  if (field.find_first_of(",\"\n\r") == std::string_view::npos) {
    csv += field;
    return;
  }
  csv += '"';
  for (const char c : field) {
    if (c == '"') csv += '"';
    csv += c;
  }
  csv += '"';
}

void append_line(std::string& csv, const Row& row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i) csv += ',';
    append_field(csv, row[i]);
  }
  csv += '\n';
}

// Reads one field at `at`, which ends up behind it, on the comma, the line's end or the text's end.
std::string read_field(std::string_view text, std::size_t& at, std::size_t& line) {
  std::string field;
  if (at == text.size() || text[at] != '"') {
    while (at < text.size() && text[at] != ',' && text[at] != '\n') field += text[at++];
    if (field.ends_with('\r') && (at == text.size() || text[at] == '\n')) field.pop_back();
    return field;
  }
  const std::size_t opened = line;
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') {
      if (++at == text.size() || text[at] != '"') {
        if (at < text.size() && text[at] == '\r') ++at;
        if (at < text.size() && text[at] != ',' && text[at] != '\n')
          throw std::runtime_error(fmt::format("line {}: text behind a closing quote", line));
        return field;
      }
    } else if (text[at] == '\n') {
      ++line;
    }
    field += text[at];
  }
  throw std::runtime_error(fmt::format("line {}: a quote is not closed", opened));
}

}  // namespace

std::string to_csv(const ResultTable& table) {
  Row header;
  for (const Column& column : table.columns) header.push_back(column.name);
  std::string csv;
  append_line(csv, header);
  for (const Row& row : table.rows) append_line(csv, row);
  return csv;
}

std::vector<Row> parse_csv(std::string_view text) {
  std::vector<Row> lines;
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size(); ++at, ++line) {
    const std::size_t first_line = line;
    Row row{read_field(text, at, line)};
    while (at < text.size() && text[at] == ',') row.push_back(read_field(text, ++at, line));
    if (!lines.empty() && row.size() != lines.front().size())
      throw std::runtime_error(fmt::format("line {}: {} fields where the header has {}", first_line,
                                           row.size(), lines.front().size()));
    lines.push_back(std::move(row));
  }
  if (lines.empty()) throw std::runtime_error("line 1: no header");
  return lines;
}

}  // namespace maxtrick::suite
