#include "numerics/error.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "numerics/small_float.hpp"

namespace maxtrick::numerics {
namespace {

// x * 2^exponent, as std::ldexp. If the power is a normal number, it is a product, which is faster:
// most of the time of computing errors is spent here.
double scaled(double x, int exponent) {
  if (exponent < -1022 || exponent > 1023) return std::ldexp(x, exponent);
  return x * std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

// The number from which `rest` counts: `rounded`, or the largest finite number if y rounds to an
// infinity.
template <class T>
double origin(const Exact<T>& exact) {
  if (exact.special || std::isfinite(double{exact.rounded})) return exact.rounded;
  return std::copysign(double{std::numeric_limits<T>::max()}, double{exact.rounded});
}

// got - y in units of 2^unit, for finite got and y. Both are scaled before they are subtracted. If
// got is near y, the scaled numbers are integers and their difference is exact, so that the only
// error of the result is that of `rest`. If got is far from y, a difference beyond the range of
// double becomes an infinity.
template <class T>
double difference(const Exact<T>& exact, T got, int unit) {
  return (scaled(double{got}, -unit) - scaled(origin(exact), -unit)) -
         scaled(exact.rest, exact.ulp_exponent - unit);
}

constexpr double infinity = std::numeric_limits<double>::infinity();

// The error in the cases in which it does not depend on the distance of got from y: 0 or infinity.
// In all other cases NaN.
template <class T>
double error_of_special(const Exact<T>& exact, T got) {
  if (std::isnan(double{got})) return std::isnan(double{exact.rounded}) ? 0 : infinity;
  if (exact.special || std::isinf(double{got})) return got == exact.rounded ? 0 : infinity;
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

template <class T>
double Exact<T>::value() const {
  return special ? double{rounded} : origin(*this) + scaled(rest, ulp_exponent);
}

template <class T>
double ulp(double v) {
  using Limits = std::numeric_limits<T>;
  const int least = Limits::min_exponent - 1;
  const int binade = v == 0 ? least : std::clamp(std::ilogb(v), least, Limits::max_exponent - 1);
  return scaled(1, binade - Limits::digits + 1);
}

template <class T>
double error_ulp(const Exact<T>& exact, T got) {
  const double special = error_of_special(exact, got);
  return std::isnan(special) ? std::fabs(difference(exact, got, exact.ulp_exponent)) : special;
}

template <class T>
double relative_error(const Exact<T>& exact, T got) {
  const double special = error_of_special(exact, got);
  if (!std::isnan(special)) return special;
  // The unit is just above y. A subnormal y then keeps its digits, and a difference overflows only
  // if its quotient by y is beyond the range of double too.
  const int unit = exact.ulp_exponent + std::numeric_limits<T>::digits;
  const double error = std::fabs(difference(exact, got, unit));
  return error == 0 ? 0 : error / std::fabs(difference(exact, T{0}, unit));
}

template <class T>
double absolute_error(const Exact<T>& exact, T got) {
  const double special = error_of_special(exact, got);
  return std::isnan(special) ? std::fabs(difference(exact, got, 0)) : special;
}

template <class T>
double difference_ulp(const Exact<T>& from, const Exact<T>& to) {
  if (from.special || to.special) return error_ulp(to, from.rounded);
  const int unit = to.ulp_exponent;
  return std::fabs((scaled(origin(from), -unit) - scaled(origin(to), -unit)) +
                   (scaled(from.rest, from.ulp_exponent - unit) - to.rest));
}

template struct Exact<float>;
template struct Exact<double>;
template struct Exact<Float16>;
template struct Exact<BFloat16>;
template double ulp<float>(double);
template double ulp<double>(double);
template double ulp<Float16>(double);
template double ulp<BFloat16>(double);
template double error_ulp(const Exact<float>&, float);
template double error_ulp(const Exact<double>&, double);
template double error_ulp(const Exact<Float16>&, Float16);
template double error_ulp(const Exact<BFloat16>&, BFloat16);
template double relative_error(const Exact<float>&, float);
template double relative_error(const Exact<double>&, double);
template double relative_error(const Exact<Float16>&, Float16);
template double relative_error(const Exact<BFloat16>&, BFloat16);
template double absolute_error(const Exact<float>&, float);
template double absolute_error(const Exact<double>&, double);
template double absolute_error(const Exact<Float16>&, Float16);
template double absolute_error(const Exact<BFloat16>&, BFloat16);
template double difference_ulp(const Exact<float>&, const Exact<float>&);
template double difference_ulp(const Exact<double>&, const Exact<double>&);
template double difference_ulp(const Exact<Float16>&, const Exact<Float16>&);
template double difference_ulp(const Exact<BFloat16>&, const Exact<BFloat16>&);

}  // namespace maxtrick::numerics
