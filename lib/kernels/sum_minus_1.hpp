// Sums of exponentials to about 100 bits, for the one place that needs them: log-sum-exp near 0.
// Not for speed: no other kernel needs it, since a loss is m - x + L, in which nothing cancels. It
// calls libm, so it is not for files that are compiled for an instruction set.
#pragma once

#include <cmath>
#include <span>

#include "kernels/logarithm.hpp"
#include "numerics/double_double.hpp"

namespace maxtrick::kernels {

using numerics::DoubleDouble;

// e^x for x <= 0 as 2^k (1 + s): k = 0 where |x| < 0.34, and then s is e^x - 1 with all its digits.
struct Power {
  int k = 0;
  DoubleDouble s{};
};

// Relative error of s below 2^-95, for -600 < x <= 0.
//
// 1 + s = (1 + t)^256, t = e^(r / 256) - 1, r = x - k ln 2 with ln 2 in three doubles, of which the
// first has 40 bits, so that k times it is exact. t, of |r/256| < 2^-9.5, is its series up to the
// 10th power (the next is below 2^-119 of t); squaring 1 + t, as 2 t + t^2, eight times loses three
// bits more than the sum of eight roundings.
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
    // (s + 1) r / n; 1/n as a pair.
    const double inverse = 1.0 / n;
    s = (s + DoubleDouble{1}) * r * DoubleDouble{inverse, std::fma(-inverse, n, 1.0) / n};
  }
  s = (s + DoubleDouble{1}) * r;
  for (int i = 0; i < 8; ++i) s = DoubleDouble{2 * s.high, 2 * s.low} + s * s;
  return {static_cast<int>(k), s};
}

// e^x, relative error below 2^-95; 0 from -600 on down, where a pair would lose its low part.
[[nodiscard]] inline DoubleDouble exponential_pair(double x) {
  if (!(x > -600)) return {};
  const Power p = power(x);
  const DoubleDouble e = p.s + DoubleDouble{1};
  return {std::ldexp(e.high, p.k), std::ldexp(e.low, p.k)};
}

// sum e^x - 1 for logits of which the largest, m, is below 0. The sum starts from e^m - 1, as
// power() has it where m is near 0, so that what is left of an m of -1e-17 and its counterpart is
// right.
[[nodiscard]] inline double sum_of_exponentials_minus_1(std::span<const float> x, float m) {
  const Power largest = power(static_cast<double>(m));
  DoubleDouble sum =
      largest.k == 0 ? largest.s : exponential_pair(static_cast<double>(m)) + DoubleDouble{-1};
  bool left_out = false;
  for (const float xi : x) {
    if (xi == m && !left_out)
      left_out = true;
    else
      sum = sum + exponential_pair(static_cast<double>(xi));
  }
  return sum.high + sum.low;
}

// log sum e^x for such logits. Of a q below -0.29 the kernels' log1p takes no care: there 1 + q is
// taken apart here.
[[nodiscard]] inline double log_of_sum_near_1(std::span<const float> x, float m) {
  const double q = sum_of_exponentials_minus_1(x, m);
  const auto one = [](double a) { return a; };
  if (q > -0.29) return log1p(q, one);
  const double k = exponent(1 + q, logarithm::sqrt_half);
  return log_of(k, without_exponent(1 + q, k) - 1, one);
}

}  // namespace maxtrick::kernels
