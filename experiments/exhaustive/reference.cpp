#include "exhaustive/reference.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "numerics/elementary.hpp"

namespace maxtrick::exhaustive {
namespace {

using Limits = std::numeric_limits<float>;
constexpr double margin = 0x1p-20, smallest_error = 0x1p-40;

double power_of_two(int exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

// Whether a normal v is so near to a power of two that its ULP might be that of the neighbouring
// binade. The 52 fraction bits of a double resolve 2^29 steps for each ULP of a float.
bool near_power_of_two(double v) {
  constexpr std::uint64_t fraction = (std::uint64_t{1} << 52) - 1, width = 1 << 9;
  static_assert(double{width} == margin * 0x1p29);
  return ((std::bit_cast<std::uint64_t>(v) + width) & fraction) < 2 * width;
}

// The margin of a `rest` whose error is relative to itself. A margin relative to an ULP would be
// too coarse here: the errors of neighbouring inputs, which grow from input to input, must be
// distinguished.
double relative_margin(double rest) { return std::fabs(rest) * 0x1p-24; }

// Whether the rest, in ULP, is so small that error_of() returns 0 for `rounded`.
bool below_measure(double rest) { return std::fabs(rest) < smallest_error / 2; }

Reference exactly(Curve curve, float x) { return {exact(curve, x), 0}; }

// Derives the reference from v, the value of the curve in double. v is not NaN, and it is infinite
// only where e^x overflows.
Reference from_double(Curve curve, float x, double v) {
  const int binade = static_cast<int>((std::bit_cast<std::uint64_t>(v) >> 52) & 0x7ff) - 1023;
  const int exponent =
      std::clamp(binade + 1, Limits::min_exponent, Limits::max_exponent) - Limits::digits;
  const auto rounded = static_cast<float>(v);
  const float origin = std::isinf(rounded) ? std::copysign(Limits::max(), rounded) : rounded;
  const double rest = (v - double{origin}) * power_of_two(-exponent);
  if (rounded == 0 && below_measure(rest)) return {{rounded, 0, exponent, false}, 0};
  const bool midpoint = std::fabs(std::fabs(rest) - 0.5) < margin;
  const bool edge = binade >= Limits::min_exponent - 1 && near_power_of_two(v);
  if (midpoint || (edge && std::isfinite(v))) return exactly(curve, x);
  return {{rounded, rest, exponent, false}, rounded == 0 ? relative_margin(rest) : margin};
}

Reference exp_reference(float x) {
  // About half of all floats: e^x overflows, or is so small that its rest is negligible.
  if (!(std::fabs(x) <= numerics::exp_beyond_measure)) {
    if (x < 0) return {{0, 0, Limits::min_exponent - Limits::digits, false}, 0};
    return exactly(Curve::exp, x);
  }
  // About a third of all floats: e^x = 1 + x, with an error of at most 2^-27 of x. The double 1 + x
  // would lose the side of 1 on which the value lies, and with it the ULP, which is half as large
  // below 1.
  if (std::fabs(x) < 0x1p-26F) {
    const int exponent = (x < 0 ? -1 : 0) + 1 - Limits::digits;
    const double rest = double{x} * power_of_two(-exponent);
    if (below_measure(rest)) return {{1, 0, exponent, false}, 0};
    return {{1, rest, exponent, false}, relative_margin(rest)};
  }
  return from_double(Curve::exp, x, std::exp(double{x}));
}

}  // namespace

double error_of(const numerics::Exact<float>& exact, float got) {
  const double error = numerics::error_ulp(exact, got);
  return error < smallest_error ? 0 : error;
}

numerics::Exact<float> exact(Curve curve, float x) {
  return curve == Curve::exp ? numerics::exact_exp(x) : numerics::exact_log(x);
}

Reference reference(Curve curve, float x) {
  if (curve == Curve::exp) return exp_reference(x);
  if (!(x > 0) || std::isinf(x)) return exactly(Curve::log, x);
  return from_double(Curve::log, x, std::log(double{x}));
}

}  // namespace maxtrick::exhaustive
