// The exact values that the slider page compares with, where there is no MPFR: in a browser.
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

// Softmax or log-softmax of one row, 1 to 100 classes; special values as numerics/oracle.hpp has
// them. The logits are numbers of float32, float16 or bfloat16, so that no difference of two
// overflows. Relative error below 2^-50 for softmax and 2^-47 for log-softmax, twelve and more
// digits beyond float32's; below least_value only the sign is right. A low part says on which side
// of the high one the value lies, if ever so little. No libm but fma and ldexp: the same bits
// everywhere. exact.cpp has the proof.
[[nodiscard]] std::vector<numerics::DoubleDouble> exact(ops::Op op, std::span<const double> logits);

// To a double such that rounding it to fewer digits is to round y: towards 0, the last bit set
// where that is not y (S. Boldo and G. Melquiond, IEEE Trans. Comput. 57(4), 2008).
[[nodiscard]] inline double rounded_to_odd(numerics::DoubleDouble y) {
  if (y.low == 0) return y.high;
  const bool nearer_to_0 = (y.low < 0) == (y.high > 0);
  const double towards_0 = nearer_to_0 ? std::nextafter(y.high, 0.0) : y.high;
  return std::bit_cast<double>(std::bit_cast<std::uint64_t>(towards_0) | 1);
}

// y as error.hpp wants an exact value.
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
