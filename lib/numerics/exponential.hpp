// e^x in double by additions and multiplications alone, so that every build has the same bits. The
// last bit of the C library's exp depends on its version and on the CPU.
//
// 1. k = x / ln 2, rounded to an integer, and r = x - k ln 2 as a sum of two doubles, high + low.
//    The first part of ln 2 has 32 bits, so that its product with k is exact, and so is the
//    difference to x. |r| is below 0.35.
// 2. e^r - 1 - r is r^2 times the series 1/2! + r/3! + ... + r^12/14!. The next term of e^r is below
//    2^-63.
// 3. 1 + high is a sum of two doubles, and the rest is added to its smaller part. The rest is below
//    0.07, so that its rounding errors are at most 0.2 ULP of the result.
// The error is at most 0.7 ULP, unless the result is subnormal.
#pragma once

#include <cmath>
#include <limits>

namespace maxtrick::numerics {

[[nodiscard]] inline double exponential(double x) {
  if (!(x < 710)) return x * std::numeric_limits<double>::infinity();  // NaN stays NaN
  if (x < -746) return 0;
  constexpr double ln2_first = 0x1.62e42feep-1, ln2_second = 0x1.a39ef35793c76p-33;
  const double k = std::nearbyint(x * 0x1.71547652b82fep0);
  const double first = x - k * ln2_first, second = k * ln2_second;
  const double high = first - second, low = (first - high) - second;
  constexpr double factors[] = {
      1. / 87178291200, 1. / 6227020800, 1. / 479001600, 1. / 39916800, 1. / 3628800,
      1. / 362880,      1. / 40320,      1. / 5040,      1. / 720,      1. / 120,
      1. / 24,          1. / 6,          1. / 2};
  double series = 0;
  for (const double factor : factors) series = series * high + factor;
  const double near_1 = 1 + high;
  const double y = near_1 + ((1 - near_1) + high + (low + series * (high * high)));
  return std::ldexp(y, static_cast<int>(k));
}

}  // namespace maxtrick::numerics
