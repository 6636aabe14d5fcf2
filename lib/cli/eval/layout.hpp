// Rows and classes of an array: which of its numbers belong to one row, for any axes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "io/array.hpp"

namespace maxtrick::cli {

// The classes of a row are along some axes, in C order; the rows are along the others, in C order.
class Layout {
 public:
  // `axes` are in rising order, without duplicates, each below the number of dimensions. Without axes,
  // each number is a row of one class.
  Layout(io::Shape shape, std::vector<std::size_t> axes);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t classes() const { return classes_; }
  [[nodiscard]] const io::Shape& shape() const { return shape_; }
  // The shape with one number for each row. With `keepdims`, the axes stay, with the size 1.
  [[nodiscard]] io::Shape row_shape(bool keepdims) const;
  // The place of class k of row i in the array.
  [[nodiscard]] std::size_t place(std::size_t i, std::size_t k) const {
    return row_places_[i] + class_places_[k];
  }
  // The numbers of an array of this shape, row by row; and back.
  [[nodiscard]] std::vector<double> by_rows(const std::vector<double>& values) const;
  [[nodiscard]] std::vector<double> in_place(const std::vector<double>& by_rows) const;

 private:
  io::Shape shape_;
  std::vector<std::size_t> axes_;
  std::size_t rows_ = 1, classes_ = 1;
  std::vector<std::size_t> row_places_, class_places_;
};

// The axes of the text "1", "-1,0" or "all", for an array of that many dimensions, in rising order. An
// empty text means the last axis; an array without dimensions has none. Throws UsageError.
[[nodiscard]] std::vector<std::size_t> parse_axes(const std::string& text, std::size_t dimensions);

// The numbers of `array` for each place of `shape`, by the rules of NumPy: shapes are aligned at their
// ends, and a size of 1 is repeated. Throws UsageError, which names `option` and both shapes.
[[nodiscard]] std::vector<double> broadcast(const io::Array& array, const io::Shape& shape,
                                            std::string_view option);

[[nodiscard]] std::size_t numbers_of(const io::Shape& shape);

// The place of number n in an array of that shape, in C order: "[0, 2]".
[[nodiscard]] std::string place_text(std::size_t n, const io::Shape& shape);

}  // namespace maxtrick::cli
