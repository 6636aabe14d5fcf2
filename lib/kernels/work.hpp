// What a kernel is given, and what an instruction set offers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace maxtrick::kernels {

// Some rows of a matrix; fields that an op has no use for are not read.
struct Work {
  const float* x = nullptr;
  std::size_t x_stride = 0;
  float* y = nullptr;  // softmax, log-softmax or gradient
  std::size_t y_stride = 0;
  std::size_t rows = 0;
  std::size_t classes = 0;
  const std::int32_t* targets = nullptr;
  float* losses = nullptr;   // or the largest logits
  double* above = nullptr;   // log-sum-exp less the largest logit
  float scale = 1;           // of the gradient
  float* scratch = nullptr;  // scratch_floats of them, 64-byte aligned
  bool stream = false;       // past the caches

  // The work from row `first` on.
  [[nodiscard, gnu::always_inline]] Work from(std::size_t first) const {
    Work part = *this;
    part.x += first * x_stride;
    if (y != nullptr) part.y += first * y_stride;
    if (targets != nullptr) part.targets += first;
    if (losses != nullptr) part.losses += first;
    if (above != nullptr) part.above += first;
    part.rows -= first;
    return part;
  }
};

// Rows of up to so many classes keep their exponentials for the result, in a core's first cache;
// beyond it to compute them anew is cheaper.
inline constexpr std::size_t kept_classes = 2048;
inline constexpr std::size_t scratch_floats = 2 * (kept_classes + 1024) + 1024 + 64;

enum Task { task_softmax, task_log_softmax, task_log_sum, task_loss, task_gradient };
inline constexpr int tasks = 5;

struct Implementation {
  void (*run[2][tasks])(const Work&);                            // [Algorithm][Task]
  void (*evaluate[3])(const float* x, float* y, std::size_t n);  // [Function]
};

// Over all floats, as configs/long/exhaustive.toml finds it; elements.hpp has what is proven.
inline constexpr double exp_max_ulp = 0.81, exp_fast_max_ulp = 1.91, log_max_ulp = 0.501;

extern const Implementation scalar_implementation;
extern const Implementation avx2_implementation;  // null functions where it was not compiled
extern const Implementation avx512_implementation;

}  // namespace maxtrick::kernels
