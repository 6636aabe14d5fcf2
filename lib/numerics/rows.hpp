// A view of a matrix, row by row.
#pragma once

#include <cstddef>
#include <span>

namespace maxtrick::numerics {

// `rows` rows of `columns` numbers each. Consecutive rows start `stride` numbers apart, and
// consecutive numbers of a row are `column_stride` apart, which is 1 in C order. With both strides,
// a softmax along any axis of an array is a call on such views. The view does not own the numbers.
template <class T>
struct Rows {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t stride = columns;
  std::size_t column_stride = 1;

  // Requires a column_stride of 1.
  [[nodiscard]] std::span<T> row(std::size_t i) const { return {data + i * stride, columns}; }
  [[nodiscard]] T& at(std::size_t i, std::size_t k) const {
    return data[i * stride + k * column_stride];
  }
  // `count` rows from row `first` on.
  [[nodiscard]] Rows part(std::size_t first, std::size_t count) const {
    return {data == nullptr ? nullptr : data + first * stride, count, columns, stride,
            column_stride};
  }
};

template <class T>
[[nodiscard]] Rows<T> one_row(std::span<T> row) {
  return {row.data(), 1, row.size(), row.size()};
}

}  // namespace maxtrick::numerics
