// Sums of exponentials to about 100 bits, for the one place that needs them: log-sum-exp near 0.
#pragma once

#include <cmath>
#include <span>

namespace maxtrick::variants::accurate {

// high + low, |low| <= ulp(high) / 2.
struct DoubleDouble {
  double high = 0;
  double low = 0;
};

// a + b without loss (D. E. Knuth, TAOCP 2, section 4.2.2).
[[nodiscard]] inline DoubleDouble two_sum(double a, double b) {
  const double s = a + b, c = s - a;
  return {s, (a - (s - c)) + (b - c)};
}

// Relative error 2^-103 for terms of one sign, 2^-104 of the larger one else.
[[nodiscard]] inline DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble s = two_sum(a.high, b.high);
  return two_sum(s.high, s.low + (a.low + b.low));
}

// Relative error 2^-102.
[[nodiscard]] inline DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  const double product = a.high * b.high;
  const double rest = std::fma(a.high, b.high, -product);
  return two_sum(product, rest + (a.high * b.low + a.low * b.high));
}

// e^x for -700 < x <= 0, relative error below 2^-90; 0 below that.
//
// e^x = 2^k (1 + s)^256, 1 + s = e^(r / 256), r = x - k ln 2 with ln 2 in three doubles, of which
// the first has 40 bits, so that k times it is exact. s = e^(r/256) - 1, of |r/256| < 2^-9.5, is
// its series up to the 10th power (the next is below 2^-119 of s); squaring 1 + s, as 2 s + s^2,
// eight times loses three bits more than the sum of eight roundings.
[[nodiscard]] inline DoubleDouble exponential(double x) {
  if (!(x > -700)) return {};
  constexpr double ln2_first = 0x1.62e42fefa4p-1, ln2_second = -0x1.8432a1b0e2634p-43,
                   ln2_third = 0x1.f97b57a079a19p-103;
  const double k = std::nearbyint(x * 0x1.71547652b82fep0);
  const double second = -k * ln2_second;
  DoubleDouble r = DoubleDouble{std::fma(-k, ln2_first, x)} +
                   DoubleDouble{second, std::fma(-k, ln2_second, -second) - k * ln2_third};
  r = {r.high / 256, r.low / 256};
  DoubleDouble s{};
  for (int n = 10; n >= 2; --n) {
    // (s + 1) r / n; 1/n as a pair.
    const double inverse = 1.0 / n;
    s = (s + DoubleDouble{1}) * r * DoubleDouble{inverse, std::fma(-inverse, n, 1.0) / n};
  }
  s = (s + DoubleDouble{1}) * r;
  for (int i = 0; i < 8; ++i) s = DoubleDouble{2 * s.high, 2 * s.low} + s * s;
  const DoubleDouble e = s + DoubleDouble{1};
  const int exponent = static_cast<int>(k);
  return {std::ldexp(e.high, exponent), std::ldexp(e.low, exponent)};
}

// sum e^x - 1.
[[nodiscard]] inline double sum_of_exponentials_minus_1(std::span<const float> x) {
  DoubleDouble sum{-1};
  for (const float xi : x) sum = sum + exponential(static_cast<double>(xi));
  return sum.high + sum.low;
}

}  // namespace maxtrick::variants::accurate
