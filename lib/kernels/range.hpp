// Where a row needs care.
#pragma once

#include <cstddef>

namespace maxtrick::kernels {

inline constexpr float infinity = __builtin_inff();
inline constexpr float nan_result = __builtin_nanf("");

// A row whose logits are within so much of its largest, and within 256 of 0, is plain: no result is
// subnormal, nor anything on the way there, for a scale of gradients from 2^-30 to 2^30.
inline constexpr float plain_range = 40;

// Where only the sum of exponentials is wanted, all is plain within so much of the largest of them.
inline constexpr float log_range = 100;

// e^-150 is nothing even a million times, beside 0 as beside 1.
inline constexpr float negligible_gap = 150;

template <class S>
[[gnu::always_inline]] inline void fill_nan(S* y, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) y[i] = static_cast<S>(nan_result);
}

// f of 0 to 3, as if written out: what it computes stays in registers.
template <class F>
[[gnu::always_inline]] inline void four_times(F f) {
  f(std::size_t{0});
  f(std::size_t{1});
  f(std::size_t{2});
  f(std::size_t{3});
}

}  // namespace maxtrick::kernels
