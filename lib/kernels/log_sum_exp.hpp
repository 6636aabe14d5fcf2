// log-sum-exp of a row as a float, from the results of the kernels: the largest logit m, and L,
// which is log-sum-exp minus m.
//
// y = m + L is computed in double and rounded once.
//   1. The rounding of y is at most 0.5 ULP.
//   2. The relative error of L is at most 0.37 u with `accurate`, and 1.12 (exponentials) + 2 (sum)
//      + 0.12 (e^m) = 3.24 u with `fast`. Relative to y it is L / |y| times as large.
//   3. If m > 0, m and L do not cancel: L <= |y|.
// accurate: while |y| >= 0.8 L, the error is at most 0.5 + 1.25 * 0.37 < 1 ULP. Closer to 0,
//   y = log1p(sum e^x - 1) with the sum as a pair of doubles, whatever L is. This is within the
//   claim until the terms cancel to 2^-79. For |y| below 2^-70 the claim is one ULP of 2^-70.
// In float64, with units of 2^-53, L has the error of 0.39 u that float64/results.hpp derives, and
//   float64/logarithm.hpp takes the logarithm. The pair of doubles is then right to 2^-95, and the
//   claim is one ULP of 2^-40.
// fast: the error is at most 0.5 + 3.24 < 4 ULP of y or of L, whichever is larger. If y is near 0,
//   none of its digits need be right.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "kernels/sum_minus_1.hpp"

namespace maxtrick::kernels {

// Whether m and L cancel so far that `accurate` must not use their sum y = m + L.
[[nodiscard]] inline bool sum_cancels(double y, double above) { return std::fabs(y) < 0.8 * above; }
[[nodiscard]] inline bool cancels(float m, double above) {
  return sum_cancels(static_cast<double>(m) + above, above);
}
// The kernels in float64 return y in place of m.
[[nodiscard]] inline bool cancels(double y, double above) { return sum_cancels(y, above); }

// y of the row x. `above` is L as log_sum returns it: NaN if the row has NaN or +inf, or nothing
// but -inf.
template <class S>
[[nodiscard]] float log_sum_exp(std::span<const S> x, float m, double above, bool accurate) {
  if (std::isnan(above)) {
    const bool nan = std::any_of(x.begin(), x.end(), [](float xi) { return std::isnan(xi); });
    return nan ? std::numeric_limits<float>::quiet_NaN()
               : static_cast<float>(*std::max_element(x.begin(), x.end()));
  }
  const double y = static_cast<double>(m) + above;
  // A tiny negative y rounds to -0. Adding +0 turns -0 into +0.
  return static_cast<float>(accurate && cancels(m, above) ? log_of_sum_near_1(x, m) : y) + 0.0F;
}

// The same in float64, where the kernels return y = m + L and L.
[[nodiscard]] inline double log_sum_exp(std::span<const double> x, double y, double above, bool) {
  const auto largest = [&] { return *std::max_element(x.begin(), x.end()); };
  if (std::isnan(above)) {
    const bool nan = std::any_of(x.begin(), x.end(), [](double xi) { return std::isnan(xi); });
    return nan ? std::numeric_limits<double>::quiet_NaN() : largest();
  }
  return (cancels(y, above) ? log_of_sum_near_1(x, largest()) : y) + 0.0;
}

}  // namespace maxtrick::kernels
