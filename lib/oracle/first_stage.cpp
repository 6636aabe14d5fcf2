#include "oracle/first_stage.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "numerics/real.hpp"
#include "numerics/small_float.hpp"

namespace maxtrick::oracle {
namespace {

// x as a double-double. x loses what is below u^2 / 2 of it.
DoubleDouble split(mpfr_ptr x) {
  const double high = mpfr_get_d(x, MPFR_RNDN);
  mpfr_sub_d(x, x, high, MPFR_RNDN);
  return {high, mpfr_get_d(x, MPFR_RNDN)};
}

constexpr int steps = 64;  // of the table, in an octave

// The constants of exponential(). MPFR computes them, so that none is taken from a kernel.
struct Constants {
  std::array<DoubleDouble, steps> power;  // 2^(j / steps)
  // log(2) / steps as a sum. The first two parts have 35 bits, so that their products with numbers of
  // 18 bits are exact. The sum has an error below 2^-130.
  double step_high, step_middle, step_low;
  std::array<DoubleDouble, 6> inverse_factorial;  // 1 / k!
  std::array<double, 12> tail;                    // 1 / k! in double

  Constants() {
    numerics::free_caches_with_the_thread();
    numerics::Real x(300), part(35);
    for (int j = 0; j < steps; ++j) {
      mpfr_set_si(x, j, MPFR_RNDN);
      mpfr_div_ui(x, x, steps, MPFR_RNDN);
      mpfr_exp2(x, x, MPFR_RNDN);
      power[static_cast<std::size_t>(j)] = split(x);
    }
    mpfr_const_log2(x, MPFR_RNDN);
    mpfr_div_ui(x, x, steps, MPFR_RNDN);
    for (double* next : {&step_high, &step_middle}) {
      mpfr_set(part, x, MPFR_RNDN);
      *next = mpfr_get_d(part, MPFR_RNDN);
      mpfr_sub(x, x, part, MPFR_RNDN);
    }
    step_low = mpfr_get_d(x, MPFR_RNDN);
    for (std::size_t k = 0; k < tail.size(); ++k) {
      mpfr_fac_ui(x, k, MPFR_RNDN);
      mpfr_ui_div(x, 1, x, MPFR_RNDN);
      tail[k] = mpfr_get_d(x, MPFR_RNDN);
      if (k < inverse_factorial.size()) inverse_factorial[k] = split(x);
    }
  }
};

const Constants& constants() {
  static const Constants instance;
  return instance;
}

}  // namespace

// e^d = 2^(k / 64) e^r with an integer k and r = d - k log(2) / 64.
//   1. |k| <= 1500 (64 / log 2) + 1 < 2^18, so the products k step_high and k step_middle are exact.
//      |r| < 0.00543 < 2^-7.5. Each of the three additions that yield r has an error below
//      2 u^2 |r| < 2^-112, and k step_low one below u 2^(18 - 77) = 2^-112: together below 2^-110
//      = 0.07 u^2. This is the relative error of e^r.
//   2. Taylor's series up to r^11 / 11!. The remainder is below 2^-90 / 12! < 2^-118.
//   3. The terms from r^6 on are r^6 h. h < 2^-9.4 has a relative error below 3 u in double, also
//      since r.low is left out: together 2^-45 2^-9.4 2^-51.4 < 2^-105.8 = 1.15 u^2.
//   4. Horner's scheme for the others in double-double. The last addition has an error of 3.01 u^2,
//      those before it are multiplied by |r|: below 0.1 u^2 in all.
//   5. The product with 2^(k / 64), whose error is below u^2: 6 u^2.
// The sum is below 12 u^2.
Scaled exponential(DoubleDouble d) {
  const Constants& c = constants();
  const double k = std::nearbyint(d.high * (steps * 1.4426950408889634));
  const DoubleDouble r =
      ((two_sum(d.high, -k * c.step_high) + -k * c.step_middle) + d.low) + -k * c.step_low;
  double h = c.tail[11];
  for (std::size_t i = 10; i >= 6; --i) h = c.tail[i] + r.high * h;
  DoubleDouble power = r * h;
  for (std::size_t i = 5; i > 0; --i) power = r * (power + c.inverse_factorial[i]);
  power = power + 1.0;

  const int whole = static_cast<int>(std::floor(k / steps));
  const auto place = static_cast<std::size_t>(static_cast<int>(k) - steps * whole);
  return {c.power[place] * power, whole};
}

DoubleDouble log1p(DoubleDouble x) {
  numerics::free_caches_with_the_thread();
  numerics::Real sum(128);
  mpfr_set_d(sum, x.high, MPFR_RNDN);
  mpfr_add_d(sum, sum, x.low, MPFR_RNDN);
  mpfr_log1p(sum, sum, MPFR_RNDN);
  return split(sum);
}

DoubleDouble sum(std::span<const DoubleDouble> terms) {
  constexpr std::size_t block = 32;
  if (terms.size() <= block) {
    DoubleDouble total;
    for (const DoubleDouble term : terms) total = total + term;
    return total;
  }
  const std::size_t half = terms.size() / 2;
  return sum(terms.first(half)) + sum(terms.subspan(half));
}

template <class T>
std::optional<numerics::Exact<T>> rounded(const Scaled& y, double error) {
  using Limits = std::numeric_limits<T>;
  const DoubleDouble size = y.value.high < 0 ? -y.value : y.value;
  int exponent = 0;
  std::frexp(size.high, &exponent);
  // The distances from the two ends of the binade. high is subtracted first, without error.
  const double below = (size.high - std::ldexp(1, exponent - 1)) + size.low;
  const double above = (std::ldexp(1, exponent) - size.high) - size.low;
  if (!(std::min(below, above) > 2 * error)) return std::nullopt;
  exponent += y.exponent;
  if (exponent >= Limits::max_exponent) return std::nullopt;
  const int ulp = std::max(exponent, Limits::min_exponent) - Limits::digits;

  // In ULPs. high - whole is exact. The sum with `low` is rounded: below 1/2 by at most 2^-55. So if
  // 1/2 - |rest| exceeds twice the error, or the error is below 2^-55 and 1/2 - |rest| exceeds 0,
  // then the distance from the midpoint exceeds the error.
  const auto in_ulps = [&](double x) { return std::ldexp(x, y.exponent - ulp); };
  const double high = in_ulps(size.high), low = in_ulps(size.low), margin = 2 * in_ulps(error);
  double whole = std::nearbyint(high);
  double rest = (high - whole) + low;
  if (std::fabs(rest) > 0.5) {
    whole += std::copysign(1, rest);
    rest = (high - whole) + low;
  }
  if (!(0.5 - std::fabs(rest) > margin && margin < 0x1p-41)) return std::nullopt;
  const double sign = y.value.high < 0 ? -1 : 1;
  const T nearest = whole == 0 ? T{0} : static_cast<T>(sign * std::ldexp(whole, ulp));
  return numerics::Exact<T>{nearest, sign * rest, ulp, false};
}

template std::optional<numerics::Exact<float>> rounded(const Scaled&, double);
template std::optional<numerics::Exact<double>> rounded(const Scaled&, double);
template std::optional<numerics::Exact<numerics::Float16>> rounded(const Scaled&, double);
template std::optional<numerics::Exact<numerics::BFloat16>> rounded(const Scaled&, double);

}  // namespace maxtrick::oracle
