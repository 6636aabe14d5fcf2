// Rounding a real number that is known by an enclosure.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <optional>

#include "numerics/error.hpp"
#include "numerics/real.hpp"
#include "numerics/small_float.hpp"

namespace maxtrick::numerics {

inline float to_nearest(mpfr_srcptr x, float) { return mpfr_get_flt(x, MPFR_RNDN); }
inline double to_nearest(mpfr_srcptr x, double) { return mpfr_get_d(x, MPFR_RNDN); }
// By way of a double rounded to odd, which leaves the second rounding as if it were the only one.
template <Small S>
S to_nearest(mpfr_srcptr x, S) {
  const double towards_zero = mpfr_get_d(x, MPFR_RNDZ);
  const auto bits = std::bit_cast<std::uint64_t>(towards_zero);
  return mpfr_cmp_d(x, towards_zero) == 0 ? towards_zero : std::bit_cast<double>(bits | 1);
}

// Of the ULP of error.hpp at x.
template <class T>
int ulp_exponent(mpfr_srcptr x) {
  using Limits = std::numeric_limits<T>;
  const mpfr_exp_t exponent = mpfr_zero_p(x) ? Limits::min_exponent : mpfr_get_exp(x);
  return static_cast<int>(
             std::clamp<mpfr_exp_t>(exponent, Limits::min_exponent, Limits::max_exponent)) -
         Limits::digits;
}

// Rounds y to T from an open interval, or a point, that holds it: numbers of `bits` >= digits + 1.
//
// A breakpoint is a midpoint of T (also the one where infinity begins) or a power of two, where the
// ULP changes: all of them numbers of digits + 1 bits. Hence none lies between the lower end and
// its successor at bits + 1, nor between the upper end and its predecessor there: where these two
// round to the same number and share a binade, so does y, and on a breakpoint they cannot be.
template <class T>
class Rounding {
 public:
  // `rest` is known to 2^-rest_bits.
  static constexpr int rest_bits = 41;

  explicit Rounding(mpfr_prec_t bits)
      : inner_low_(bits + 1), inner_high_(bits + 1), difference_(bits) {}

  // Nothing where the interval is too wide to decide.
  std::optional<Exact<T>> operator()(mpfr_ptr low, mpfr_ptr high) {
    mpfr_set(inner_low_, low, MPFR_RNDN);
    mpfr_set(inner_high_, high, MPFR_RNDN);
    if (!mpfr_equal_p(low, high)) {
      mpfr_nextabove(inner_low_);
      mpfr_nextbelow(inner_high_);
    }
    const T rounded = to_nearest(inner_low_, T{});
    const int exponent = ulp_exponent<T>(inner_low_);
    if (rounded != to_nearest(inner_high_, T{}) || exponent != ulp_exponent<T>(inner_high_))
      return std::nullopt;
    mpfr_sub(difference_, high, low, MPFR_RNDU);
    if (!mpfr_zero_p(difference_) && mpfr_get_exp(difference_) > exponent - rest_bits)
      return std::nullopt;

    constexpr T largest = std::numeric_limits<T>::max();
    mpfr_sub_d(difference_, low, std::clamp(rounded, -largest, largest), MPFR_RNDN);
    mpfr_mul_2si(difference_, difference_, -exponent, MPFR_RNDN);
    return Exact<T>{rounded == 0 ? T{0} : rounded, mpfr_get_d(difference_, MPFR_RNDN), exponent,
                    false};
  }

 private:
  Real inner_low_, inner_high_, difference_;
};

}  // namespace maxtrick::numerics
