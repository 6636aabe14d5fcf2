// Rows of numbers in a text.
#pragma once

#include <algorithm>
#include <string_view>

#include "io/array.hpp"
#include "io/text_place.hpp"

namespace maxtrick::io {

// Calls visit(cell) for each part of the row between separators. A blank as the separator stands for
// any number of blanks and tabs.
template <class Visit>
void each_cell(std::string_view row, char separator, Visit visit) {
  if (separator == ' ') row = trimmed(row);
  for (std::size_t begin = 0;;) {
    const auto end =
        std::min(separator == ' ' ? row.find_first_of(blanks, begin) : row.find(separator, begin),
                 row.size());
    visit(row.substr(begin, end - begin));
    if (end == row.size()) return;
    begin = separator == ' ' ? row.find_first_not_of(blanks, end) : end + 1;
  }
}

// Collects rows of equal length. One row is an array of one dimension.
class RowReader {
 public:
  explicit RowReader(const TextPlace& place) : place_(place) {}
  // `row` must be a view into the text.
  void append(std::string_view row, char separator);
  [[nodiscard]] Array take();

 private:
  TextPlace place_;
  std::size_t rows_ = 0, columns_ = 0;
  Array array_;
};

}  // namespace maxtrick::io
