// The arguments of a kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace maxtrick::kernels {

// The type of a scale of gradients for logits that are stored as S.
template <class S>
using Scale = std::conditional_t<std::is_same_v<S, double>, double, float>;

// Some rows of a matrix that is stored as S. Fields that an op does not use are not read. There are
// no initialisers: a constructor would be code that is compiled for each instruction set, and the
// linker would keep one copy of it for all.
template <class S>
struct StoredWork {
  const S* x;
  std::size_t x_stride;
  S* y;  // softmax, log-softmax or gradient
  std::size_t y_stride;
  std::size_t rows;
  std::size_t classes;
  // 1 if the classes of a row are contiguous. Otherwise the kernels of columns (column_rows.hpp)
  // compute the rows, and x_stride and y_stride are 1.
  std::size_t x_class_stride, y_class_stride;
  const std::int32_t* targets;
  S* losses;       // for task_log_sum: the largest logits
  double* above;   // log-sum-exp minus the largest logit
  Scale<S> scale;  // of the gradient
  float* scratch;  // scratch_floats floats, or column_scratch_floats(), 64-byte aligned
  bool far;        // the matrix is beyond the caches, in memory
  bool stream;     // the results bypass the caches
  S* copy;         // for `correct` in place: room for the logits of a row; else null

  // The work from row `first` on.
  [[nodiscard, gnu::always_inline]] StoredWork from(std::size_t first) const {
    StoredWork part = *this;
    part.x += first * x_stride;
    if (y != nullptr) part.y += first * y_stride;
    if (targets != nullptr) part.targets += first;
    if (losses != nullptr) part.losses += first;
    if (above != nullptr) part.above += first;
    part.rows -= first;
    return part;
  }
};

// The arguments of the kernels of vector type V. V::Storage is the type in which logits and results
// are stored. V converts it to Floats when it loads, and Floats to it when it stores. All
// computation in between is in float.
template <class V>
using Work = StoredWork<typename V::Storage>;

template <class S>
using Kernel = void (*)(const StoredWork<S>&);
using ElementKernel = void (*)(const float* x, float* y, std::size_t n);

// Rows of up to this many classes are computed in groups of sixteen.
inline constexpr std::size_t short_classes = 160;
// Rows of up to this many classes keep their exponentials for the results, in a core's first-level
// cache.
inline constexpr std::size_t kept_classes = 2048;
// Rows of up to this many classes keep one of the two floats of each exponential, in a core's
// second-level cache.
inline constexpr std::size_t partly_kept_classes = 32768;
inline constexpr std::size_t scratch_floats =
    (2 * kept_classes > partly_kept_classes ? 2 * kept_classes : partly_kept_classes) + 3072 + 64;

// Rows whose classes are apart in memory are computed in tiles of up to this many groups of sixteen,
// so that several cache lines of each page are used. The scratch memory of a tile has up to four
// megabytes, or that of a single group. Short rows keep the two floats of a term for each class of a
// row, longer ones its logit. Eight groups of rows of 2048 classes and more do not stay in the
// second-level cache; this costs less than to use fewer lines of each page.
inline constexpr std::size_t most_column_groups = 8;
[[nodiscard]] constexpr std::size_t column_group_floats(std::size_t classes) {
  return (classes <= short_classes ? 32 : 16) * classes;
}
[[nodiscard]] constexpr std::size_t column_groups(std::size_t classes) {
  const std::size_t groups = (std::size_t{1} << 20) / column_group_floats(classes);
  return groups < 1 ? 1 : groups < most_column_groups ? groups : most_column_groups;
}
[[nodiscard]] constexpr std::size_t column_scratch_floats(std::size_t classes) {
  return column_groups(classes) * column_group_floats(classes);
}
// For more classes, the scratch memory of a thread would be larger than 64 MiB.
inline constexpr std::size_t most_column_classes = std::size_t{1} << 20;

enum Task {
  task_softmax,
  task_log_softmax,
  task_log_sum,
  task_loss,
  task_gradient,
  task_log_sum_exp  // only of `correct` and in float64; else composed of task_log_sum (log_sum_exp.hpp)
};
inline constexpr int tasks = 6, algorithms = 3;

// The largest errors in ULP over all floats, as configs/long/exhaustive.toml finds them.
// elements.hpp has the proven bounds.
inline constexpr double exp_max_ulp = 0.81, exp_fast_max_ulp = 1.91, log_max_ulp = 0.501;

}  // namespace maxtrick::kernels
