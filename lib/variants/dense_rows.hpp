// For libraries that want their rows without gaps.
#pragma once

#include <cstddef>

#include "numerics/rows.hpp"

namespace maxtrick::variants {

// Calls `compute` with all rows at once where there are no gaps between them, else row by row: each
// is dense. Never with none.
template <class T, class Compute>
void by_dense_rows(numerics::Rows<const T> x, numerics::Rows<T> y, Compute compute) {
  if (x.rows == 0) return;
  if (x.stride == x.columns && y.stride == y.columns) return compute(x, y);
  for (std::size_t i = 0; i < x.rows; ++i)
    compute(numerics::one_row(x.row(i)), numerics::one_row(y.row(i)));
}

}  // namespace maxtrick::variants
