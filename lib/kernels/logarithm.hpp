// log(1 + q) in double, without libm, so that its bits are the same everywhere.
#pragma once

#include <cstdint>

#include "kernels/doubles.hpp"

namespace maxtrick::kernels {

namespace logarithm {
inline constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcd;  // the bits of sqrt(1/2)
inline constexpr double ln2 = 0x1.62e42fefa39efp-1;
}  // namespace logarithm

// log(2^k (1 + f)) for f between -0.293 and 0.415. `all` makes a D of a double.
//   1. With s = f / (2 + f), |s| <= 0.1716,
//      log(1 + f) = 2 atanh(s) = 2 s + 2 s^3/3 + 2 s^5/5 + ...
//      (as in FreeBSD's e_log.c, Ng 1993). The coefficients are those of the series.
//   2. The first term that is left out is s^20/21 < 2^-55 of the sum.
//   3. If k = 1 and f < 0, the terms k ln 2 and log(1 + f) cancel, but the result is at least 0.35.
// The relative error is below 2^-49, apart from the effect of an error of f.
template <class D, class All>
[[gnu::always_inline]] inline D log_of(D k, D f, All all) {
  const D s = f / (all(2.0) + f), z = s * s;
  D series = all(2.0 / 19);
  for (int n = 17; n >= 3; n -= 2) series = fma(series, z, all(2.0 / n));
  return fma(k, all(logarithm::ln2), fma(s * z, series, s + s));
}

// log(1 + q) for 0 <= q < 2^1000; the relative error is below 2^-49. If q itself is in the range of
// f, f = q without rounding, so that a tiny q keeps its digits. `all` makes a D of a double.
template <class D, class All>
[[gnu::always_inline]] inline D log1p(D q, All all) {
  const D v = all(1.0) + q;
  const D k = exponent(v, logarithm::sqrt_half);
  const D f = without_exponent(v, k) - all(1.0);
  const D limit = all(0.4142);
  return log_of(where_less(limit, q, k, all(0.0)), where_less(limit, q, f, q), all);
}

}  // namespace maxtrick::kernels
