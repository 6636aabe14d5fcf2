// Helpers for libraries that need matrices without gaps.
#pragma once

#include <cstddef>
#include <vector>

#include "numerics/rows.hpp"
#include "ops/run.hpp"

namespace maxtrick::variants {

// Calls `compute` once with all rows where there are no gaps between the rows of x and of y, else
// once for each row, since a single row is always dense. Does not call it when there are no rows.
template <class T, class Compute>
void by_dense_rows(numerics::Rows<const T> x, numerics::Rows<T> y, Compute compute) {
  if (x.rows == 0) return;
  if (x.stride == x.columns && y.stride == y.columns) return compute(x, y);
  for (std::size_t i = 0; i < x.rows; ++i)
    compute(numerics::one_row(x.row(i)), numerics::one_row(y.row(i)));
}

// Two matrices without gaps as a library takes them: `first` x `second` numbers, and the axis of the
// classes, 0 or 1.
template <class T>
struct DenseMatrices {
  const T* from;
  T* to;
  std::size_t first, second;
  int axis;
};

// Calls `compute` with DenseMatrices: as by_dense_rows does if the classes of a row are adjacent, and
// once if instead neighbouring rows are and there are no gaps. Other matrices are copied.
template <class T, class Compute>
void by_dense_matrices(numerics::Rows<const T> x, numerics::Rows<T> y, Compute compute) {
  const auto has_dense_columns = [](const auto& m) {
    return m.stride == 1 && m.column_stride == m.rows;
  };
  const auto along_rows = [&](numerics::Rows<const T> from, numerics::Rows<T> to) {
    compute(DenseMatrices<T>{from.data, to.data, from.rows, from.columns, 1});
  };
  if (x.column_stride == 1 && y.column_stride == 1) return by_dense_rows(x, y, along_rows);
  if (has_dense_columns(x) && has_dense_columns(y))
    return compute(DenseMatrices<T>{x.data, y.data, x.columns, x.rows, 0});
  std::vector<T> from(x.rows * x.columns), to(from.size());
  ops::copy_rows<T>(x, {from.data(), x.rows, x.columns});
  along_rows({from.data(), x.rows, x.columns}, {to.data(), x.rows, x.columns});
  ops::copy_rows<T>({to.data(), x.rows, x.columns}, y);
}

}  // namespace maxtrick::variants
