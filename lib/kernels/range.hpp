// The limits within which a row needs no special care, and small helpers of all passes.
#pragma once

#include <cstddef>

namespace maxtrick::kernels {

inline constexpr float infinity = __builtin_inff();
inline constexpr float nan_result = __builtin_nanf("");

// A row is plain if its logits are less than this below its largest logit m, and |m| <= 256. Then
// neither a result nor an intermediate value is subnormal, for a scale of gradients from 2^-30 to
// 2^30.
inline constexpr float plain_range = 40;

// The same limit where only the sum of the exponentials is needed. It is the distance below the
// largest logit that is summed.
inline constexpr float log_range = 100;

// If the largest logit is more than this above the second largest, the other classes are
// negligible: 10^6 e^-150 is below half the smallest subnormal, so that it changes neither a 0 nor
// a 1.
inline constexpr float negligible_gap = 150;

template <class S>
[[gnu::always_inline]] inline void fill_nan(S* y, std::size_t n, std::size_t stride = 1) {
  for (std::size_t i = 0; i < n; ++i) y[i * stride] = static_cast<S>(nan_result);
}

// Calls f(0) to f(3), unrolled, so that what f computes stays in registers.
template <class F>
[[gnu::always_inline]] inline void four_times(F f) {
  f(std::size_t{0});
  f(std::size_t{1});
  f(std::size_t{2});
  f(std::size_t{3});
}

}  // namespace maxtrick::kernels
