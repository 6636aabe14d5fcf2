// Numbers as unevaluated sums of two doubles, where one double has not the digits.
#pragma once

#include <cmath>

namespace maxtrick::measures {

// high + low, |low| of the order of an ULP of high.
struct Pair {
  double high = 0, low = 0;
};

// The sum of two numbers and its rounding error (D. E. Knuth, TAOCP 2, 4.2.2, theorem B).
inline Pair two_sum(double a, double b) {
  const double s = a + b, back = s - a;
  return {s, (a - (s - back)) + (b - back)};
}

inline Pair operator+(Pair a, Pair b) {
  const Pair s = two_sum(a.high, b.high);
  return two_sum(s.high, s.low + (a.low + b.low));
}

inline Pair operator*(Pair a, Pair b) {
  const double product = a.high * b.high;
  return {product, std::fma(a.high, b.high, -product) + (a.high * b.low + a.low * b.high)};
}

// Of terms in order, each addition's rounding error kept, so that what cancels leaves none behind.
class Sum {
 public:
  Sum& operator+=(double x) {
    const Pair next = two_sum(sum_.high, x);
    sum_ = {next.high, sum_.low + next.low};
    return *this;
  }
  [[nodiscard]] double value() const { return sum_.high + sum_.low; }

 private:
  Pair sum_;
};

}  // namespace maxtrick::measures
