// Rounds a real number that is known by an enclosure: an interval that contains it.
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
// x is first rounded to odd, to double. The second rounding, to S, then gives the same result as
// one rounding of x.
template <Small S>
S to_nearest(mpfr_srcptr x, S) {
  const double towards_zero = mpfr_get_d(x, MPFR_RNDZ);
  const auto bits = std::bit_cast<std::uint64_t>(towards_zero);
  return mpfr_cmp_d(x, towards_zero) == 0 ? towards_zero : std::bit_cast<double>(bits | 1);
}

// The exponent of one ULP of T at x: one ULP (error.hpp) is 2 to this power.
template <class T>
int ulp_exponent(mpfr_srcptr x) {
  using Limits = std::numeric_limits<T>;
  const mpfr_exp_t exponent = mpfr_zero_p(x) ? Limits::min_exponent : mpfr_get_exp(x);
  return static_cast<int>(
             std::clamp<mpfr_exp_t>(exponent, Limits::min_exponent, Limits::max_exponent)) -
         Limits::digits;
}

// Rounds y to T, given an open interval that contains y, or a point that is y. The ends are numbers
// of `bits` >= digits + 1 bits. Proof:
//   1. A breakpoint is a midpoint of T (also the one from which numbers round to infinity) or a
//      power of two, where the ULP changes. All breakpoints are numbers of digits + 1 bits.
//   2. Let `inner_low` be the successor of the lower end in numbers of bits + 1 bits, and
//      `inner_high` the predecessor of the upper end. No breakpoint lies between the lower end and
//      inner_low, nor between inner_high and the upper end, and neither of the two is a breakpoint.
//      (For a point, both are y itself.)
//   3. Therefore, if inner_low and inner_high round to the same number and lie in the same binade,
//      so does y.
template <class T>
class Rounding {
 public:
  // `rest` is known to 2^-rest_bits.
  static constexpr int rest_bits = 41;

  explicit Rounding(mpfr_prec_t bits)
      : inner_low_(bits + 1), inner_high_(bits + 1), difference_(bits) {}

  // Returns nothing if the interval is too wide to decide.
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
