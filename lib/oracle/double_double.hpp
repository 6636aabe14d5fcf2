// Arithmetic on sums of two doubles, for the first stage of the oracle. The kernels have their own
// (numerics/double_double.hpp), so that no error can be common to a kernel and its judge.
//
// Error bounds, with u = 2^-53. They are relative to the exact result and hold for operands of any
// sign, as long as no intermediate result overflows or is subnormal. All but the last are proven in
// M. Joldes, J.-M. Muller and V. Popescu, "Tight and rigorous error bounds for basic building blocks
// of double-word arithmetic", ACM TOMS 44(2), 2017 (formally verified and in part tightened by
// J.-M. Muller and L. Rideau, ACM TOMS 48(1), 2022).
//   a + b, a double-double and a double   2 u^2             algorithm 4
//   a + b, two double-doubles             3 u^2 + 13 u^3    algorithm 6
//   a b, a double-double and a double     2 u^2             algorithm 9
//   a b, two double-doubles               6 u^2             algorithm 11
//   1 / b                                15 u^2             below
#pragma once

#include <cmath>

namespace maxtrick::oracle {

// The number high + low, with |low| <= ulp(high) / 2.
struct DoubleDouble {
  double high = 0;
  double low = 0;

  DoubleDouble() = default;
  DoubleDouble(double number) : high(number) {}  // implicit: every double is one
  DoubleDouble(double large, double small) : high(large), low(small) {}
};

// a + b without error, if |a| >= |b| or a = 0 (T. J. Dekker, 1971).
[[nodiscard]] inline DoubleDouble fast_two_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

// a + b without error (D. E. Knuth, TAOCP 2, section 4.2.2).
[[nodiscard]] inline DoubleDouble two_sum(double a, double b) {
  const double sum = a + b, b_part = sum - a;
  return {sum, (a - (sum - b_part)) + (b - b_part)};
}

// a b without error.
[[nodiscard]] inline DoubleDouble two_product(double a, double b) {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

[[nodiscard]] inline DoubleDouble operator-(DoubleDouble a) { return {-a.high, -a.low}; }

[[nodiscard]] inline DoubleDouble operator+(DoubleDouble a, double b) {
  const DoubleDouble sum = two_sum(a.high, b);
  return fast_two_sum(sum.high, a.low + sum.low);
}

[[nodiscard]] inline DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble high = two_sum(a.high, b.high), low = two_sum(a.low, b.low);
  const DoubleDouble sum = fast_two_sum(high.high, high.low + low.high);
  return fast_two_sum(sum.high, low.low + sum.low);
}

[[nodiscard]] inline DoubleDouble operator*(DoubleDouble a, double b) {
  const DoubleDouble product = two_product(a.high, b);
  return fast_two_sum(product.high, std::fma(a.low, b, product.low));
}

[[nodiscard]] inline DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble product = two_product(a.high, b.high);
  const double crossed = std::fma(a.low, b.high, a.high * b.low);
  return fast_two_sum(product.high, product.low + crossed);
}

// 1 / b by one step of Newton's method from t = 1 / b.high in double, whose relative error is below
// 2.01 u. Errors of the residual 1 - b t, to first order:
//   1. The product b t: 2 u^2. 1 - product.high is exact, because both are within a factor of 2.
//   2. |1 - b t| < 2.01 u and |product.low| <= u. The rounded difference: u (3.01 u).
//   3. Division by b.high instead of b, and its rounding: 2 u (2.01 u).
// The sum is below 15 u^2 of 1.
[[nodiscard]] inline DoubleDouble reciprocal(DoubleDouble b) {
  const double first = 1 / b.high;
  const DoubleDouble product = b * first;
  return fast_two_sum(first, ((1 - product.high) - product.low) / b.high);
}

}  // namespace maxtrick::oracle
