// The text of a file: its separator, its column names and its rows.
#include <algorithm>
#include <string_view>
#include <vector>

#include "io/array.hpp"
#include "io/text_place.hpp"
#include "io/text_rows.hpp"

namespace maxtrick::io {
namespace {

// The lines that are neither blank nor comments.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const std::size_t first = line.find_first_not_of(blanks);
    if (first != line.npos && line[first] != '#') lines.push_back(line);
    begin = end + 1;
  }
  return lines;
}

// The whole file has one separator, so that a line with another one is an error.
char separator_of(const std::vector<std::string_view>& lines) {
  for (const char separator : {',', '\t'})
    for (const std::string_view line : lines)
      if (trimmed(line).find(separator) != line.npos) return separator;
  return ' ';
}

// Other words that are not numbers may be misspelt ones, such as "1.5.0" or "-". These must not be
// skipped.
bool is_column_name(std::string_view cell) {
  if (cell.empty() || is_number(cell)) return false;
  const char c = cell[0];
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '"' || c == '\'';
}

bool starts_with_names(const std::vector<std::string_view>& lines, char separator) {
  if (lines.size() < 2) return false;
  std::size_t names = 0, numbers = 0;
  bool all_are = true;
  each_cell(lines[0], separator, [&](std::string_view cell) {
    all_are = all_are && is_column_name(trimmed(cell));
    ++names;
  });
  each_cell(lines[1], separator, [&](std::string_view) { ++numbers; });
  return all_are && names == numbers;
}

}  // namespace

Array parse_text(std::string_view text, std::string_view name) {
  // Spreadsheets write a byte order mark before the first number.
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  const std::vector<std::string_view> lines = lines_of(text);
  const char separator = separator_of(lines);
  RowReader rows({text, name});
  for (std::size_t i = starts_with_names(lines, separator) ? 1 : 0; i < lines.size(); ++i)
    rows.append(lines[i], separator);
  return rows.take();
}

}  // namespace maxtrick::io
