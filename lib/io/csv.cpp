#include "io/csv.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace maxtrick::io {
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

// Reads the field at `at`. Moves `at` behind the field: to the comma, the end of the line, or the
// end of the text.
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
          throw std::runtime_error(fmt::format("line {}: text after a closing quote", line));
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

void append_csv_line(std::string& csv, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i) csv += ',';
    append_field(csv, fields[i]);
  }
  csv += '\n';
}

std::vector<std::vector<std::string>> parse_csv(std::string_view text) {
  std::vector<std::vector<std::string>> lines;
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size(); ++at, ++line) {
    const std::size_t first_line = line;
    std::vector<std::string> row{read_field(text, at, line)};
    while (at < text.size() && text[at] == ',') row.push_back(read_field(text, ++at, line));
    if (!lines.empty() && row.size() != lines.front().size())
      throw std::runtime_error(fmt::format("line {}: {} fields where the header has {}", first_line,
                                           row.size(), lines.front().size()));
    lines.push_back(std::move(row));
  }
  if (lines.empty()) throw std::runtime_error("line 1: no header");
  return lines;
}

}  // namespace maxtrick::io
