// log-sum-exp of a row as a float, from what the kernels make of it: the largest logit m, and L,
// how far above m it is.
//
// y = m + L in double, rounded once: 0.5 ULP, and in u what L is off times L / |y|; L is off by
// 0.37 u with `accurate`, by 1.12 (exponentials) + 2 (sum) + 0.12 (e^m) = 3.24 u with `fast`. Where
// m > 0 they do not cancel: L <= |y|.
//
// accurate: 0.5 + 1.25 * 0.37 < 1 ULP while |y| >= 0.8 L. Nearer to 0 y = log1p(sum e^x - 1), with
//   the sum as a pair of doubles, whatever L is. That is right until what cancels does so to 2^-79:
//   below |y| = 2^-70 an ULP of 2^-70 is claimed.
// fast: 0.5 + 3.24 < 4 ULP of y or of L, whichever is larger: of a y near 0 no digit need be right.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "kernels/sum_minus_1.hpp"

namespace maxtrick::kernels {

// Whether `accurate` may not take m + L.
[[nodiscard]] inline bool cancels(float m, double above) {
  return std::fabs(static_cast<double>(m) + above) < 0.8 * above;
}

// `above` as log_sum gives it: NaN for NaN or +inf in the row, or nothing but -inf.
[[nodiscard]] inline float log_sum_exp(std::span<const float> x, float m, double above,
                                       bool accurate) {
  if (std::isnan(above)) {
    const bool nan = std::any_of(x.begin(), x.end(), [](float xi) { return std::isnan(xi); });
    return nan ? std::numeric_limits<float>::quiet_NaN() : *std::max_element(x.begin(), x.end());
  }
  const double y = static_cast<double>(m) + above;
  // No -0, which a tiny y below 0 rounds to.
  return static_cast<float>(accurate && cancels(m, above) ? log_of_sum_near_1(x, m) : y) + 0.0F;
}

}  // namespace maxtrick::kernels
