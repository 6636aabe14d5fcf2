// MPFR rounds the result down and up.
//   1. e^x and log x are transcendental for every rational x, except for e^0 = 1 and log 1 = 0
//      (Lindemann). So the exact value lies inside the open interval between the two results, or
//      both results are equal and exact.
//   2. Therefore rounding.hpp can decide the rounding from them if the precision is high enough.
//   3. The first precision is enough for all 2^32 floats.
#include "numerics/elementary.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

#include "numerics/real.hpp"
#include "numerics/rounding.hpp"

namespace maxtrick::numerics {
namespace {

using Limits = std::numeric_limits<float>;
using Function = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

constexpr mpfr_prec_t first_bits = 80, most_bits = 4096;

Exact<float> settle(Function function, float x) {
  free_caches_with_the_thread();
  Real argument(Limits::digits);
  mpfr_set_flt(argument, x, MPFR_RNDN);
  for (mpfr_prec_t bits = first_bits; bits <= most_bits; bits *= 2) {
    Real low(bits), high(bits);
    function(low, argument, MPFR_RNDD);
    function(high, argument, MPFR_RNDU);
    if (const auto result = Rounding<float>(bits)(low, high)) return *result;
  }
  throw std::runtime_error("MPFR cannot decide the rounding of a function");
}

Exact<float> special(float value) { return {value, 0, 0, true}; }

}  // namespace

Exact<float> exact_exp(float x) {
  // The exponents of one ULP at the top binade and at 0. For x > exp_beyond_measure, the many bits
  // of `rest` would only cost time; it is infinite instead.
  constexpr int top = Limits::max_exponent - Limits::digits,
                bottom = Limits::min_exponent - Limits::digits;
  if (std::isnan(x) || x == Limits::infinity()) return special(x);
  if (x == -Limits::infinity()) return {0, 0, bottom, false};
  if (x > exp_beyond_measure)
    return {Limits::infinity(), std::numeric_limits<double>::infinity(), top, false};
  return settle(mpfr_exp, x);
}

Exact<float> exact_log(float x) {
  if (std::isnan(x) || x < 0) return special(Limits::quiet_NaN());
  if (x == 0) return special(-Limits::infinity());
  if (x == Limits::infinity()) return special(x);
  return settle(mpfr_log, x);
}

long double wide_log(double x) {
  free_caches_with_the_thread();
  Real result(std::numeric_limits<long double>::digits);
  mpfr_set_d(result, x, MPFR_RNDN);  // exact: a double has fewer bits than a long double
  mpfr_log(result, result, MPFR_RNDN);
  return mpfr_get_ld(result, MPFR_RNDN);
}

}  // namespace maxtrick::numerics
