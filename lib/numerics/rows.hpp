// A view of a matrix, row by row.
#pragma once

#include <cstddef>
#include <span>

namespace maxtrick::numerics {

// `rows` rows of `columns` numbers each, in C order; consecutive rows start `stride` numbers apart
// (stride >= columns). Owns nothing.
template <class T>
struct Rows {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t stride = columns;

  [[nodiscard]] std::span<T> row(std::size_t i) const { return {data + i * stride, columns}; }
};

template <class T>
[[nodiscard]] Rows<T> one_row(std::span<T> row) {
  return {row.data(), 1, row.size(), row.size()};
}

}  // namespace maxtrick::numerics
