// Real numbers that are known by an enclosure, with arithmetic.
//
// An Interval is a point, which is the number itself, or an open interval that contains it. Every
// operation keeps this: lower bounds are rounded down and upper bounds up, so that the result is a
// point only if it is exact, and otherwise lies strictly between its bounds:
//   - A strictly monotonic function of a number strictly between two bounds lies strictly between the
//     values at the bounds. A sum, a product and a quotient of open intervals have their extremes at
//     the corners, which are outside.
//   - e^x, log x and tanh x of a rational x are irrational, except for e^0, log 1 and tanh 0, which MPFR
//     returns exactly. A power, a sum, a product or a quotient of points is exact, or is no number of
//     the precision.
// So Rounding (rounding.hpp) can decide numbers such as 1 - e^-1e30, which no precision resolves.
#pragma once

#include <algorithm>
#include <utility>

#include "numerics/real.hpp"

namespace maxtrick::numerics {

class Interval {
 public:
  // The point x, which must be a number of that many bits.
  Interval(mpfr_prec_t bits, double x) {
    init(bits);
    mpfr_set_d(low_, x, MPFR_RNDD);
    mpfr_set_d(high_, x, MPFR_RNDU);
  }
  Interval(const Interval& other) {
    init(other.bits());
    mpfr_set(low_, other.low_, MPFR_RNDN);
    mpfr_set(high_, other.high_, MPFR_RNDN);
  }
  Interval& operator=(Interval other) noexcept {
    mpfr_swap(low_, other.low_);
    mpfr_swap(high_, other.high_);
    return *this;
  }
  ~Interval() {
    mpfr_clear(low_);
    mpfr_clear(high_);
  }

  [[nodiscard]] mpfr_prec_t bits() const { return mpfr_get_prec(low_); }
  [[nodiscard]] mpfr_ptr low() { return low_; }
  [[nodiscard]] mpfr_ptr high() { return high_; }
  [[nodiscard]] bool is_zero() const { return mpfr_zero_p(low_) && mpfr_zero_p(high_); }
  // Whether the number is positive, or negative. Neither holds if the bounds do not decide.
  [[nodiscard]] bool positive() const {
    return mpfr_sgn(low_) > 0 || (mpfr_zero_p(low_) && mpfr_sgn(high_) > 0);
  }
  [[nodiscard]] bool negative() const { return (-*this).positive(); }
  // Some double near the number, to compare numbers roughly.
  [[nodiscard]] double near() const { return mpfr_get_d(low_, MPFR_RNDN); }

  friend Interval operator-(const Interval& x) {
    Interval y(x.bits());
    mpfr_neg(y.low_, x.high_, MPFR_RNDD);
    mpfr_neg(y.high_, x.low_, MPFR_RNDU);
    return y;
  }
  friend Interval operator+(const Interval& a, const Interval& b) {
    Interval y(a.bits());
    mpfr_add(y.low_, a.low_, b.low_, MPFR_RNDD);
    mpfr_add(y.high_, a.high_, b.high_, MPFR_RNDU);
    return y;
  }
  friend Interval operator-(const Interval& a, const Interval& b) { return a + -b; }
  friend Interval operator*(const Interval& a, const Interval& b) {
    return from_corners(a, b, mpfr_mul);
  }
  // The divisor is not 0, and its bounds do not have 0 between them.
  friend Interval operator/(const Interval& a, const Interval& b) {
    return from_corners(a, b, mpfr_div);
  }
  Interval& operator+=(const Interval& b) { return *this = *this + b; }

  // A number that is known by two enclosures. The smaller bounds are still not reached.
  friend Interval intersection(const Interval& a, const Interval& b) {
    Interval y(a.bits());
    mpfr_max(y.low_, a.low_, b.low_, MPFR_RNDN);
    mpfr_min(y.high_, a.high_, b.high_, MPFR_RNDN);
    return y;
  }

  friend Interval exp(const Interval& x) { return rising(x, mpfr_exp); }
  friend Interval log(const Interval& x) { return rising(x, mpfr_log); }  // x > 0
  friend Interval log1p(const Interval& x) { return rising(x, mpfr_log1p); }
  friend Interval tanh(const Interval& x) { return rising(x, mpfr_tanh); }
  // x^exponent for x >= 0 and a double exponent >= 0. 0^0 is 1.
  friend Interval power(const Interval& x, double exponent) {
    Real e(64);
    mpfr_set_d(e, exponent, MPFR_RNDN);
    Interval y(x.bits());
    mpfr_pow(y.low_, x.low_, e, MPFR_RNDD);
    mpfr_pow(y.high_, x.high_, e, MPFR_RNDU);
    return y;
  }

 private:
  explicit Interval(mpfr_prec_t bits) { init(bits); }
  void init(mpfr_prec_t bits) {
    mpfr_init2(low_, bits);
    mpfr_init2(high_, bits);
  }
  template <class Function>
  static Interval rising(const Interval& x, Function function) {
    Interval y(x.bits());
    function(y.low_, x.low_, MPFR_RNDD);
    function(y.high_, x.high_, MPFR_RNDU);
    return y;
  }
  template <class Function>
  static Interval from_corners(const Interval& a, const Interval& b, Function function) {
    Interval y(a.bits());
    Real corner(a.bits());
    bool first = true;
    for (mpfr_srcptr x : {a.low_, a.high_})
      for (mpfr_srcptr z : {b.low_, b.high_}) {
        function(corner, x, z, MPFR_RNDD);
        if (first || mpfr_less_p(corner, y.low_)) mpfr_set(y.low_, corner, MPFR_RNDN);
        function(corner, x, z, MPFR_RNDU);
        if (first || mpfr_greater_p(corner, y.high_)) mpfr_set(y.high_, corner, MPFR_RNDN);
        first = false;
      }
    return y;
  }

  mpfr_t low_, high_;
};

}  // namespace maxtrick::numerics
