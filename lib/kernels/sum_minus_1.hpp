// Sums of exponentials to about 100 bits. Only log-sum-exp near 0 needs them; a loss does not,
// because nothing cancels in m - x + L. The code is therefore not written for speed. It calls libm,
// so that files that are compiled for an instruction set must not include it.
#pragma once

#include <cmath>
#include <span>

#include "kernels/float64/logarithm.hpp"
#include "kernels/logarithm.hpp"
#include "numerics/double_double.hpp"

namespace maxtrick::kernels {

using numerics::DoubleDouble;

// e^x for x <= 0 as 2^k (1 + s). If |x| < 0.34, k = 0, and s is e^x - 1 with all its digits.
struct Power {
  int k = 0;
  DoubleDouble s{};
};

// e^x for -600 < x <= 0. The relative error of s is below 2^-95:
//   1. r = x - k ln 2, with ln 2 as the sum of three doubles. The first one has 40 bits, so that
//      its product with k is exact.
//   2. t = e^(r / 256) - 1 is its series up to the 10th power. |r / 256| < 2^-9.5, so that the next
//      term is below 2^-119 of t.
//   3. 1 + s = (1 + t)^256. 1 + t is squared eight times, as t <- 2 t + t^2. This loses three bits
//      more than the sum of eight roundings.
[[nodiscard]] inline Power power(double x) {
  constexpr double ln2_first = 0x1.62e42fefa4p-1, ln2_second = -0x1.8432a1b0e2634p-43,
                   ln2_third = 0x1.f97b57a079a19p-103;
  const double k = std::nearbyint(x * 0x1.71547652b82fep0);
  const double second = -k * ln2_second;
  DoubleDouble r = DoubleDouble{std::fma(-k, ln2_first, x)} +
                   DoubleDouble{second, std::fma(-k, ln2_second, -second) - k * ln2_third};
  r = {r.high / 256, r.low / 256};
  DoubleDouble s{};
  for (int n = 10; n >= 2; --n) {
    // s becomes (s + 1) r / n, where 1/n is a pair of doubles.
    const double inverse = 1.0 / n;
    s = (s + DoubleDouble{1}) * r * DoubleDouble{inverse, std::fma(-inverse, n, 1.0) / n};
  }
  s = (s + DoubleDouble{1}) * r;
  for (int i = 0; i < 8; ++i) s = DoubleDouble{2 * s.high, 2 * s.low} + s * s;
  return {static_cast<int>(k), s};
}

// e^x with a relative error below 2^-95. It is 0 for x <= -600, where a pair would lose its low
// part.
[[nodiscard]] inline DoubleDouble exponential_pair(double x) {
  if (!(x > -600)) return {};
  const Power p = power(x);
  const DoubleDouble e = p.s + DoubleDouble{1};
  return {std::ldexp(e.high, p.k), std::ldexp(e.low, p.k)};
}

// sum e^x - 1 for logits whose largest one, m, is below 0. The sum starts from e^m - 1. If m is
// near 0, power() returns that without cancellation: the result is right even if m is -1e-17 and
// the other terms nearly cancel it.
//
// Each addition of pairs adds an error of at most 2^-104 of a partial sum, and no partial sum is
// larger than 2 if the result is near 0. With n classes the error is therefore below
// 2^-95 + n 2^-103. A result of float64 near 2^-40, where an ULP is 2^-92, is proven for up to 2^10
// classes, and one of float32 for up to 2^32. With more classes only the sum of all rounding errors
// in the same direction would reach that bound.
template <class S>
[[nodiscard]] DoubleDouble sum_of_exponentials_minus_1(std::span<const S> x, double m) {
  const Power largest = power(m);
  DoubleDouble sum = largest.k == 0 ? largest.s : exponential_pair(m) + DoubleDouble{-1};
  bool left_out = false;
  for (const double xi : x) {
    if (xi == m && !left_out)
      left_out = true;
    else
      sum = sum + exponential_pair(xi);
  }
  return sum;
}

// log sum e^x for such logits. log1p does not reduce a negative q, and its series needs q > -0.29.
// For q below that, this function reduces 1 + q itself.
template <class S>
[[nodiscard]] double log_of_sum_near_1(std::span<const S> x, float m) {
  const DoubleDouble sum = sum_of_exponentials_minus_1(x, static_cast<double>(m));
  const double q = sum.high + sum.low;
  const auto one = [](double a) { return a; };
  if (q > -0.29) return log1p(q, one);
  const double k = exponent(1 + q, logarithm::sqrt_half);
  return log_of(k, without_exponent(1 + q, k) - 1, one);
}
[[nodiscard]] inline double log_of_sum_near_1(std::span<const double> x, double m) {
  const DoubleDouble q = sum_of_exponentials_minus_1(x, m);
  return float64::log1p<float64::Single<void>>({q.high, q.low}).high;
}

}  // namespace maxtrick::kernels
