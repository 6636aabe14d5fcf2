// Rows whose classes lie apart, as the last axis but one of a tensor has them, for kernels that
// want the classes of a row side by side: some rows at a time are copied to a dense block, computed
// there in place, and copied back. The bits are those of dense rows, since a row's do not depend on
// its place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "kernels/kernels.hpp"
#include "kernels/work.hpp"

namespace maxtrick::kernels {

// to[i] = from[i] for all rows and classes. The inner loop goes along the smaller stride of the
// side that has its classes apart.
template <class S>
void copy_rows(Strided<const S> from, Strided<S> to) {
  const bool along_rows = from.class_stride > from.row_stride || to.class_stride > to.row_stride;
  const auto copy = [&](std::size_t r, std::size_t i) {
    to.data[r * to.row_stride + i * to.class_stride] =
        from.data[r * from.row_stride + i * from.class_stride];
  };
  if (along_rows) {
    for (std::size_t i = 0; i < from.classes; ++i)
      for (std::size_t r = 0; r < from.rows; ++r) copy(r, i);
  } else {
    for (std::size_t r = 0; r < from.rows; ++r)
      for (std::size_t i = 0; i < from.classes; ++i) copy(r, i);
  }
}

// The blocks of some threads, which may be none.
template <class S>
class DenseBlocks {
 public:
  // May throw std::bad_alloc, nothing after it does.
  DenseBlocks(std::size_t threads, std::size_t rows, std::size_t classes)
      : rows_(threads == 0 ? 0 : std::min(rows, rows_of(classes))),
        classes_(classes),
        all_(threads * rows_ * classes) {}

  // Calls compute(part) for block after block of `work`, whose rows x and y are. y.data may be null.
  template <class Compute>
  void run(std::size_t thread, const StoredWork<S>& work, Strided<const S> x, Strided<S> y,
           Compute compute) {
    S* const block = all_.data() + thread * rows_ * classes_;
    for (std::size_t first = 0; first < work.rows; first += rows_) {
      const std::size_t rows = std::min(rows_, work.rows - first);
      const Strided<S> dense(block, rows, classes_, classes_);
      copy_rows<S>(x.some(first, rows), dense);
      StoredWork<S> part = work.from(first);
      part.rows = rows;
      part.x = block;
      part.x_stride = part.y_stride = classes_;
      part.y = y.data != nullptr ? block : nullptr;
      compute(part);
      if (y.data != nullptr) copy_rows<S>({block, rows, classes_, classes_}, y.some(first, rows));
    }
  }

 private:
  // Half a megabyte, in whole groups of sixteen rows and whole cache lines of columns; or one row.
  static std::size_t rows_of(std::size_t classes) {
    const std::size_t rows = (std::size_t{1} << 19) / sizeof(S) / classes;
    return rows >= 16 ? rows / 16 * 16 : std::max<std::size_t>(1, rows);
  }

  std::size_t rows_, classes_;
  std::vector<S> all_;
};

}  // namespace maxtrick::kernels
