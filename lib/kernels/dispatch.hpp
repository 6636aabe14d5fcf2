// Runs a task on a matrix of any storage type: divides the rows among threads, decides whether the
// results bypass the caches, and copies rows to dense blocks if the kernel cannot compute them where
// they are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "kernels/column_scratch.hpp"
#include "kernels/dense.hpp"
#include "kernels/kernels.hpp"

namespace maxtrick::kernels {

// The number of threads that pay off for a matrix of so many logits. Below 2^17 logits, each thread
// gets at least 2^15, since computing fewer takes no longer than starting a thread. From then on the
// start is a small part of the time, whatever the number of threads, if each has 2^11 logits or more.
constexpr std::size_t threads_worth(std::size_t logits) {
  return logits < (std::size_t{1} << 17) ? logits >> 15 : logits >> 11;
}

// If the logits and results of a matrix together have more bytes than `cached`, the kernels expect
// them in memory. If they have more than `kept`, long rows of results bypass the caches, in which they
// would only displace the logits.
struct CacheLimits {
  double cached, kept;
};
CacheLimits cache_limits();

// Shorter rows of results do not bypass the caches. A streaming store needs a whole cache line, and
// the two incomplete lines of each row cost more than the rest gains.
inline constexpr std::size_t streamed_row_bytes = 8192;

template <class S>
void run_share(Kernel<S> kernel, StoredWork<S> part, bool far, bool stream) {
  alignas(64) float scratch[scratch_floats];
  part.scratch = scratch;
  part.far = far;
  part.stream = stream;
  kernel(part);
}

// Runs `kernel` on all rows, with at most `most_threads` threads. x and y describe the same
// matrices as `all`, with their class strides; if one of them is not dense, the kernel runs on
// copies. `rereads`: the kernel reads the logits of a row again after it has written results.
// `takes_columns`: it computes adjacent rows whose classes are apart (column_rows.hpp).
template <class S>
void run(Kernel<S> kernel, unsigned most_threads, const StoredWork<S>& all, Strided<const S> x,
         Strided<S> y, bool rereads, bool takes_columns = false) {
  const bool dense = x.is_dense() && y.is_dense();
  const auto are_columns = [](const auto& m) { return m.row_stride == 1 && m.class_stride != 1; };
  const bool columns = takes_columns && !dense && all.rows > 1 &&
                       all.classes <= most_column_classes && are_columns(x) &&
                       (y.data == nullptr || are_columns(y));
  const double logits = static_cast<double>(all.rows) * static_cast<double>(all.classes);
  const double bytes = 2 * sizeof(S) * logits;
  const bool far = dense && bytes > cache_limits().cached;
  const bool long_rows = dense && sizeof(S) * all.classes >= streamed_row_bytes;
  const bool stream = (columns || long_rows) && bytes > cache_limits().kept;
  // Short rows and columns are divided in whole groups of sixteen, so that only the last group of
  // the matrix can be incomplete.
  const std::size_t unit = columns || all.classes <= short_classes ? 16 : 1;
  const std::size_t units = (all.rows + unit - 1) / unit;
  const std::size_t threads =
      std::max<std::size_t>(1, std::min({std::size_t{most_threads}, units,
                                         threads_worth(static_cast<std::size_t>(logits))}));
  DenseBlocks<S> blocks(dense || columns ? 0 : threads, all.rows, all.classes);
  const ColumnScratch scratch(columns ? threads : 0, all.classes);
  // Results in the place of the logits destroy what a later step would need.
  const bool in_place = y.data != nullptr && (!dense || x.data == y.data);
  std::vector<S> copies(rereads && in_place && all.classes > short_classes ? threads * all.classes
                                                                           : 0);
  const auto share = [&](std::size_t thread) {
    const std::size_t first = units * thread / threads * unit;
    const std::size_t end = std::min(all.rows, units * (thread + 1) / threads * unit);
    if (first >= end) return;
    StoredWork<S> part = all.from(first);
    part.rows = end - first;
    part.copy = copies.empty() ? nullptr : copies.data() + thread * all.classes;
    if (dense) return run_share(kernel, part, far, stream);
    if (columns) {
      part.x_class_stride = x.class_stride;
      part.y_class_stride = y.class_stride;
      part.scratch = scratch.of(thread);
      part.stream = stream;
      return kernel(part);
    }
    blocks.run(thread, part, x.some(first, part.rows), y.some(first, part.rows),
               [&](const StoredWork<S>& block) { run_share(kernel, block, far, stream); });
  };
  if (threads == 1) return share(0);
#pragma omp parallel for num_threads(static_cast <int>(threads)) schedule(static, 1)
  for (std::size_t thread = 0; thread < threads; ++thread) share(thread);
}

template <class S>
StoredWork<S> work_of(Strided<const S> x, Strided<S> y = {}) {
  StoredWork<S> work{};
  work.x = x.data;
  work.x_stride = x.row_stride;
  work.y = y.data;
  work.y_stride = y.row_stride;
  work.x_class_stride = work.y_class_stride = 1;
  work.rows = x.rows;
  work.classes = x.classes;
  return work;
}

}  // namespace maxtrick::kernels
