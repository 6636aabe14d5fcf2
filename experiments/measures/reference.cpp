#include "measures/reference.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "numerics/elementary.hpp"

namespace maxtrick::measures {
namespace {

using Limits = std::numeric_limits<float>;
constexpr double margin = 0x1p-20;

double power_of_two(int exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

// Whether a normal v is so near to a power of two that its ULP might be the neighbour's; 52 bits
// are 2^29 of a float's.
bool near_power_of_two(double v) {
  constexpr std::uint64_t fraction = (std::uint64_t{1} << 52) - 1, width = 1 << 9;
  static_assert(double{width} == margin * 0x1p29);
  return ((std::bit_cast<std::uint64_t>(v) + width) & fraction) < 2 * width;
}

Reference exactly(Curve curve, float x) { return {exact(curve, x), 0}; }

// From the curve's value in double: neither NaN nor, but for an e^x that overflows, infinite.
Reference from_double(Curve curve, float x, double v) {
  const int binade = static_cast<int>((std::bit_cast<std::uint64_t>(v) >> 52) & 0x7ff) - 1023;
  const int exponent =
      std::clamp(binade + 1, Limits::min_exponent, Limits::max_exponent) - Limits::digits;
  const auto rounded = static_cast<float>(v);
  const float origin = std::isinf(rounded) ? std::copysign(Limits::max(), rounded) : rounded;
  const double rest = (v - double{origin}) * power_of_two(-exponent);
  const bool midpoint = std::fabs(std::fabs(rest) - 0.5) < margin;
  const bool edge = binade >= Limits::min_exponent - 1 && near_power_of_two(v);
  if (midpoint || (edge && std::isfinite(v))) return exactly(curve, x);
  // An e^x far below the smallest number is known relative to itself, and so is its error.
  const double unsure = rounded == 0 ? std::fabs(rest) * 0x1p-24 : margin;
  return {{rounded, rest, exponent, false}, unsure};
}

Reference exp_reference(float x) {
  if (!std::isfinite(x)) return exactly(Curve::exp, x);
  // A third of all floats: e^x is 1 + x, to 2^-27 of x, on the side of 1 where x is. In double that
  // side is lost, and with it the ULP, which is half as large below 1.
  if (std::fabs(x) < 0x1p-26F) {
    const int exponent = (x < 0 ? -1 : 0) + 1 - Limits::digits;
    const double rest = double{x} * power_of_two(-exponent);
    // What MPFR could add to the smallest ones is beyond the digits of an error.
    const double unsure = std::fabs(rest) < 0x1p-60 ? 0 : std::fabs(rest) * 0x1p-24;
    return {{1, rest, exponent, false}, unsure};
  }
  return from_double(Curve::exp, x, std::exp(double{x}));
}

}  // namespace

numerics::Exact<float> exact(Curve curve, float x) {
  return curve == Curve::exp ? numerics::exact_exp(x) : numerics::exact_log(x);
}

Reference reference(Curve curve, float x) {
  if (curve == Curve::exp) return exp_reference(x);
  if (!(x > 0) || std::isinf(x)) return exactly(Curve::log, x);
  return from_double(Curve::log, x, std::log(double{x}));
}

}  // namespace maxtrick::measures
