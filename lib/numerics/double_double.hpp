// Numbers as sums of two doubles, for about twice the digits of one.
#pragma once

#include <cmath>

namespace maxtrick::numerics {

// high + low, |low| <= ulp(high) / 2.
struct DoubleDouble {
  double high = 0;
  double low = 0;
};

// TwoSum: a + b without error (D. E. Knuth, TAOCP 2, section 4.2.2).
[[nodiscard]] inline DoubleDouble two_sum(double a, double b) {
  const double s = a + b, c = s - a;
  return {s, (a - (s - c)) + (b - c)};
}

// The error is at most 2^-103 of the sum if both terms have the same sign, otherwise 2^-104 of the
// larger term.
[[nodiscard]] inline DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble s = two_sum(a.high, b.high);
  return two_sum(s.high, s.low + (a.low + b.low));
}

// The relative error is at most 2^-102.
[[nodiscard]] inline DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  const double product = a.high * b.high;
  const double rest = std::fma(a.high, b.high, -product);
  return two_sum(product, rest + (a.high * b.low + a.low * b.high));
}

}  // namespace maxtrick::numerics
