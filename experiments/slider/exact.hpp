// The exact values that the slider page compares with. MPFR is not available in a browser.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "numerics/double_double.hpp"
#include "numerics/error.hpp"
#include "ops/op.hpp"

namespace maxtrick::slider {

inline constexpr double least_value = 0x1p-808;  // e^-560

// Returns softmax or log-softmax of one row of 1 to 100 classes; special values are as in
// oracle/oracle.hpp. The logits must be numbers of float32, float16 or bfloat16, so that no
// difference of two logits overflows. The relative error is below 2^-50 for softmax and 2^-47 for
// log-softmax, which is at least twelve digits more than float32 has; below least_value only the
// sign is correct. The low part tells on which side of the high part the value lies, even where the
// distance is tiny. Only fma and ldexp of libm are used, so that the bits are the same on every
// platform. exact.cpp has the proof.
[[nodiscard]] std::vector<numerics::DoubleDouble> exact(ops::Op op, std::span<const double> logits);

// Rounds y to odd: towards 0, with the last bit set if y is not a double. Rounding the result to
// fewer digits then gives the same number as rounding y (S. Boldo and G. Melquiond, IEEE Trans.
// Comput. 57(4), 2008).
[[nodiscard]] inline double rounded_to_odd(numerics::DoubleDouble y) {
  if (y.low == 0) return y.high;
  const bool nearer_to_0 = (y.low < 0) == (y.high > 0);
  const double towards_0 = nearer_to_0 ? std::nextafter(y.high, 0.0) : y.high;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(towards_0) | 1);
}

// Converts y to the form of an exact value that error.hpp requires.
template <class T>
[[nodiscard]] numerics::Exact<T> as_exact(numerics::DoubleDouble y) {
  if (!std::isfinite(y.high)) return {static_cast<T>(y.high), 0, 0, true};
  const double odd = rounded_to_odd(y);
  const T rounded = static_cast<T>(odd);
  constexpr double largest = std::numeric_limits<T>::max();
  const double origin = std::clamp(double{rounded}, -largest, largest);
  const int exponent = std::ilogb(numerics::ulp<T>(odd));
  const double rest = std::ldexp((y.high - origin) + y.low, -exponent);
  return {rounded == 0 ? T{0} : rounded, rest, exponent, false};
}

}  // namespace maxtrick::slider
