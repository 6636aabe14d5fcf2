// log-sum-exp of a row as a float, from the results of the kernels: the largest logit m, and L,
// which is log-sum-exp minus m.
//
// y = m + L is computed in double and rounded once.
//   1. The rounding of y is at most 0.5 ULP.
//   2. The relative error of L is at most 0.396 u with `accurate`, and 1.12 (exponentials) + 2 (sum)
//      + 0.12 (e^m) = 3.24 u with `fast`. Relative to y it is L / |y| times as large.
//   3. If m > 0, m and L do not cancel: L <= |y|.
// accurate: while |y| >= 0.8 L, the error is at most 0.5 + 1.25 * 0.396 < 1 ULP. Closer to 0,
//   y = log1p(sum e^x - 1) with the sum as a pair of doubles, whatever L is. This is within the
//   claim until the terms cancel to 2^-79. For |y| below 2^-70 the claim is one ULP of 2^-70.
// fast: the error is at most 0.5 + 3.24 < 4 ULP of y or of L, whichever is larger. If y is near 0,
//   none of its digits need be right.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "kernels/sum_minus_1.hpp"

namespace maxtrick::kernels {

// Whether m and L cancel so far that `accurate` must not use m + L.
[[nodiscard]] inline bool cancels(float m, double above) {
  return std::fabs(static_cast<double>(m) + above) < 0.8 * above;
}

// y of the row x. `above` is L as log_sum returns it: NaN if the row has NaN or +inf, or nothing
// but -inf.
[[nodiscard]] inline float log_sum_exp(std::span<const float> x, float m, double above,
                                       bool accurate) {
  if (std::isnan(above)) {
    const bool nan = std::any_of(x.begin(), x.end(), [](float xi) { return std::isnan(xi); });
    return nan ? std::numeric_limits<float>::quiet_NaN() : *std::max_element(x.begin(), x.end());
  }
  const double y = static_cast<double>(m) + above;
  // A tiny negative y rounds to -0. Adding +0 turns -0 into +0.
  return static_cast<float>(accurate && cancels(m, above) ? log_of_sum_near_1(x, m) : y) + 0.0F;
}

}  // namespace maxtrick::kernels
