// Helper for libraries that need rows without gaps between them.
#pragma once

#include <cstddef>

#include "numerics/rows.hpp"

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

}  // namespace maxtrick::variants
