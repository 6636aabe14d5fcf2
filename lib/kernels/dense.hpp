// Runs kernels on rows whose classes are not contiguous if column_rows.hpp cannot compute them where
// they are. These kernels expect contiguous classes. Therefore some rows at a time are copied to a
// dense block, computed there in place, and copied back. The results have the same bits as those of
// dense rows, because the bits of a row do not depend on its place.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "kernels/kernels.hpp"
#include "kernels/work.hpp"

namespace maxtrick::kernels {

// Copies all rows and classes. The inner loop runs along the rows if one side stores the rows
// closer together than the classes, so that successive accesses are close in memory.
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

// One dense block for each thread. With 0 threads nothing is allocated.
template <class S>
class DenseBlocks {
 public:
  // May throw std::bad_alloc. run() throws nothing, so that no call fails after it has written.
  DenseBlocks(std::size_t threads, std::size_t rows, std::size_t classes)
      : rows_(threads == 0 ? 0 : std::min(rows, rows_of(classes))),
        classes_(classes),
        all_(threads * rows_ * classes) {}

  // Computes the rows of `work`, which are stored as x and y: copies some rows to the block of
  // `thread`, calls compute(part) for them, copies the results to y, and continues with the next
  // rows. y.data is null if there is no matrix of results.
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
      part.x_class_stride = part.y_class_stride = 1;
      part.y = y.data != nullptr ? block : nullptr;
      compute(part);
      if (y.data != nullptr) copy_rows<S>({block, rows, classes_, classes_}, y.some(first, rows));
    }
  }

 private:
  // The number of rows in a block of half a megabyte, at least one. It is a multiple of sixteen if
  // that many fit: sixteen rows are a group (short_rows.hpp), and sixteen floats of a column are a
  // cache line.
  static std::size_t rows_of(std::size_t classes) {
    const std::size_t rows = (std::size_t{1} << 19) / sizeof(S) / classes;
    return rows >= 16 ? rows / 16 * 16 : std::max<std::size_t>(1, rows);
  }

  std::size_t rows_, classes_;
  std::vector<S> all_;
};

}  // namespace maxtrick::kernels
