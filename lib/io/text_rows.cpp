#include "io/text_rows.hpp"

#include <fmt/format.h>

#include <utility>

namespace maxtrick::io {

void RowReader::append(std::string_view row, char separator) {
  if (trimmed(row).empty()) place_.fail(row, "an empty row");
  std::size_t columns = 0;
  each_cell(row, separator, [&](std::string_view cell) {
    array_.values.push_back(place_.number(cell));
    ++columns;
  });
  if (rows_ == 0) columns_ = columns;
  if (columns != columns_)
    place_.fail(row, fmt::format("{} number{}, but the first row has {}", columns,
                                 columns == 1 ? "" : "s", columns_));
  ++rows_;
}

Array RowReader::take() {
  if (rows_ == 0) place_.fail(place_.text.substr(0, 0), "no numbers");
  array_.shape = rows_ == 1 ? Shape{columns_} : Shape{rows_, columns_};
  return std::move(array_);
}

}  // namespace maxtrick::io
