// log(1 + q) in double, without libm: its bits are the same everywhere.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace maxtrick::variants::accurate {

// For finite q > -1; relative error below 2^-49.
//
// 1 + q = 2^k (1 + f), f between -0.293 and 0.415; with s = f / (2 + f), |s| <= 0.1716,
//   log(1 + f) = 2 atanh(s) = 2 s + 2 s^3/3 + 2 s^5/5 + ...
// (as in FreeBSD's e_log.c, Ng 1993). The coefficients are those of the series; the first one left
// out is s^20/21 < 2^-55 of the sum. For q of that range itself f = q, with no rounding, so that a
// tiny q keeps its digits. Where k = 1 and f < 0 the two terms cancel to 0.35 at least.
[[nodiscard]] inline double log1p(double q) {
  double f = q;
  int k = 0;
  if (q > 0.4142 || q < -0.2928) {
    const auto bits = std::bit_cast<std::uint64_t>(1 + q);
    constexpr std::uint64_t sqrt_half = 0x3fe6a09e667f3bcd;  // the bits of sqrt(1/2)
    k = static_cast<int>(static_cast<std::int64_t>(bits - sqrt_half) >> 52);
    f = std::bit_cast<double>(bits - (static_cast<std::uint64_t>(k) << 52)) - 1;
  }
  const double s = f / (2 + f), z = s * s;
  double series = 0;
  for (int n = 19; n >= 3; n -= 2) series = std::fma(series, z, 2.0 / n);
  constexpr double ln2 = 0x1.62e42fefa39efp-1;
  return std::fma(static_cast<double>(k), ln2, std::fma(s * z, series, 2 * s));
}

}  // namespace maxtrick::variants::accurate
