#include "io/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/files.hpp"
#include "io/number.hpp"
#include "text/quoted.hpp"

namespace maxtrick::io {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

class TextReader {
 public:
  TextReader(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  // `row_end` separates rows. If it is '\n', blank lines and comments are skipped.
  Matrix read(char row_end) {
    if (text_.find_first_not_of(blanks) == text_.npos) fail(text_.substr(0, 0), "no numbers");
    for (std::size_t begin = 0; begin <= text_.size();) {
      const std::size_t end = std::min(text_.find(row_end, begin), text_.size());
      const std::string_view row = text_.substr(begin, end - begin);
      if (row_end != '\n' || !is_passed_over(row)) append(row);
      begin = end + 1;
    }
    if (matrix_.rows == 0) fail(text_.substr(0, 0), "no numbers");
    matrix_.one_dimensional = matrix_.rows == 1;
    return std::move(matrix_);
  }

 private:
  // Throws InputError with the place of `part`, which must be a view into the text.
  [[noreturn]] void fail(std::string_view part, std::string_view message) const {
    const auto before = text_.substr(0, static_cast<std::size_t>(part.data() - text_.data()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto column = 1 + count_characters(before.substr(before.rfind('\n') + 1));
    throw InputError(fmt::format("{}:{}:{}: {}", text::shown_path(name_), line, column, message));
  }

  static bool is_passed_over(std::string_view row) {
    const std::size_t first = row.find_first_not_of(blanks);
    return first == row.npos || row[first] == '#';
  }

  void append(std::string_view row) {
    if (row.find_first_not_of(blanks) == row.npos) fail(row, "an empty row");
    std::size_t columns = 1;
    for (std::size_t begin = 0;; ++columns) {
      const std::size_t end = std::min(row.find(',', begin), row.size());
      matrix_.values.push_back(number(row.substr(begin, end - begin)));
      if (end == row.size()) break;
      begin = end + 1;
    }
    if (matrix_.rows == 0) matrix_.columns = columns;
    if (columns != matrix_.columns)
      fail(row, fmt::format("{} number{}, but the first row has {}", columns,
                            columns == 1 ? "" : "s", matrix_.columns));
    ++matrix_.rows;
  }

  double number(std::string_view word) const {
    const std::size_t first = word.find_first_not_of(blanks);
    if (first == word.npos) fail(word, "a number is missing");
    word = word.substr(first, word.find_last_not_of(blanks) - first + 1);
    const auto value = parse_number(word);
    if (!value) fail(word, text::quoted(word) + " is not a number");
    return *value;
  }

  std::string_view text_, name_;
  Matrix matrix_;
};

}  // namespace

Matrix parse_matrix(std::string_view text, std::string_view name) {
  return TextReader(text, name).read(';');
}

Matrix read_matrix(const std::filesystem::path& path) {
  const std::string bytes = read_file(path);
  if (path.extension() == ".npy") return parse_npy(bytes, path.string());
  std::string_view text = bytes;
  // Spreadsheets write a byte order mark before the first number.
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  if (text.starts_with(mark)) text.remove_prefix(mark.size());
  return TextReader(text, path.string()).read('\n');
}

}  // namespace maxtrick::io
