// What a kernel is given.
#pragma once

#include <cstddef>
#include <cstdint>

namespace maxtrick::kernels {

// Some rows of a matrix, stored as S; fields that an op has no use for are not read. Without
// initialisers: a constructor would be code that every instruction set makes and all share.
template <class S>
struct StoredWork {
  const S* x;
  std::size_t x_stride;
  S* y;  // softmax, log-softmax or gradient
  std::size_t y_stride;
  std::size_t rows;
  std::size_t classes;
  const std::int32_t* targets;
  float* losses;   // or the largest logits
  double* above;   // log-sum-exp less the largest logit
  float scale;     // of the gradient
  float* scratch;  // scratch_floats of them, 64-byte aligned
  bool stream;     // past the caches

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

// What the kernels of vector type V are given. V::Storage is how logits and results are stored: V
// loads it into Floats and stores Floats as it, and all that is between is computed in float.
template <class V>
using Work = StoredWork<typename V::Storage>;

template <class S>
using Kernel = void (*)(const StoredWork<S>&);
using ElementKernel = void (*)(const float* x, float* y, std::size_t n);

// Rows of up to so many classes are taken in groups of sixteen.
inline constexpr std::size_t short_classes = 160;
// Rows of up to so many classes keep their exponentials for the result, in a core's first cache;
// beyond it to compute them anew is cheaper.
inline constexpr std::size_t kept_classes = 2048;
inline constexpr std::size_t scratch_floats = 2 * (kept_classes + 1024) + 1024 + 64;

enum Task { task_softmax, task_log_softmax, task_log_sum, task_loss, task_gradient };
inline constexpr int tasks = 5;

// Over all floats, as configs/long/exhaustive.toml finds it; elements.hpp has what is proven.
inline constexpr double exp_max_ulp = 0.81, exp_fast_max_ulp = 1.91, log_max_ulp = 0.501;

}  // namespace maxtrick::kernels
