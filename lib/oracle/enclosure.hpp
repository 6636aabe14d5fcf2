// With m the largest finite logit, c how often it occurs, d_j = x_j - m <= 0 and
//   rest = (c - 1) + sum over d_j < 0 of e^{d_j} >= 0,   L = log(1 + rest) = log1p(rest) >= 0:
//   softmax y_i = e^{d_i} / (1 + rest),   log_softmax y_i = d_i - L,   log_sum_exp y = m + L.
//
// Enclosure. d_j is exact, at a precision that holds it. Everything after it is rounded down for a
// lower bound and up for an upper one, so each y lies in a proven interval (lo, hi). Sums of terms
// of one sign keep their relative width, about n 2^-p, and so does log1p; only m + L can cancel,
// and a wider interval is all that follows. Below MPFR's exponent range (e^d for d < -7.4e8) the
// directed roundings give 0 and the smallest number, which still enclose.
//
// The interval is open, or a point that is exact. Proof: where rest is not a whole number it has a
// term e^d, d < 0 rational, which is irrational and so strictly between its bounds; all that
// follows is strictly monotonic. Where all finite logits are equal, rest = c - 1 is exact, y = 1/c
// is p-bit (a point) or not (strictly between), and L = log c is irrational but for c = 1, where
// log_softmax is 0 and log_sum_exp is x: points.
//
// Decision. rounding.hpp rounds y from that interval. That it is open is what decides 1 - e^-1e30
// (below 1) and -(2^24 + 1) - e^-(2^24 + 1) (beyond a midpoint of float32), which no precision
// within reach could.
//
// Termination. Points are settled at once. Else y is never a breakpoint, by Lindemann and
// Weierstrass (exponentials of distinct algebraic numbers are linearly independent over them):
//   - softmax: were y_i algebraic, sum_j e^{x_j} - e^{x_i}/y_i = 0 would need all x_j equal; then
//     y = 1/c, which is a point for c a power of two and no breakpoint else, those being dyadic;
//   - log_sum_exp: sum_j e^{x_j} = e^y with algebraic y needs all x_j = y and c = 1, a point;
//     log_softmax is x_i minus that.
// So y keeps a distance from every breakpoint (rounding.hpp) and some precision decides, unless it
// would have to see terms beyond MPFR's range. The distance is tiny only for differences that are
// themselves tiny: [0, -2^-1074] needs about 1100 bits. max_bits is a stop for what no one has met.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "numerics/real.hpp"
#include "numerics/rounding.hpp"

namespace maxtrick::oracle {

inline constexpr mpfr_prec_t max_bits = 1 << 17;

// The finite logits of a row, each distinct one once, the largest first.
template <class T>
struct Logits {
  std::vector<T> value;
  std::vector<std::size_t> count;

  explicit Logits(std::span<const T> row) {
    for (const T x : row)
      if (std::isfinite(x)) value.push_back(x);
    std::sort(value.begin(), value.end(), std::greater<>());
    std::size_t distinct = 0;
    for (const T x : value) {
      if (distinct == 0 || x != value[distinct - 1]) {
        value[distinct++] = x;
        count.push_back(0);
      }
      ++count.back();
    }
    value.resize(distinct);
  }

  // Bits that hold the difference of any two: from the unit of the smallest to the carry of the
  // largest.
  [[nodiscard]] mpfr_prec_t difference_bits() const {
    using Limits = std::numeric_limits<T>;
    int top = Limits::min_exponent;
    int bottom = Limits::max_exponent;
    for (const T x : value) {
      if (x == 0) continue;
      top = std::max(top, std::ilogb(x) + 1);
      bottom = std::min(bottom, std::max(std::ilogb(x), Limits::min_exponent - 1) + 1);
    }
    return std::max(top - bottom, 0) + 1 + Limits::digits;
  }
};

// rest, and the exponentials that it is made of where they are kept, enclosed at one precision.
template <class T>
class Enclosure {
 public:
  Enclosure(const Logits<T>& logits, mpfr_prec_t bits, bool keep_exponentials)
      : rest_low(bits),
        rest_high(bits),
        low(bits),
        high(bits),
        logits_(logits),
        difference_(logits.difference_bits()),
        term_(bits),
        exponentials_(keep_exponentials ? logits.value.size() : 1, bits),
        round_(bits) {
    mpfr_set_ui(rest_low, 0, MPFR_RNDN);
    mpfr_set_ui(rest_high, 0, MPFR_RNDN);
    for (std::size_t j = 1; j < logits.value.size(); ++j) {
      mpfr_ptr exponential = exponentials_[keep_exponentials ? j : 0];
      mpfr_exp(exponential, difference(j), MPFR_RNDD);
      mpfr_mul_ui(term_, exponential, logits.count[j], MPFR_RNDD);
      mpfr_add(rest_low, rest_low, term_, MPFR_RNDD);
      mpfr_mul_ui(term_, successor(exponential), logits.count[j], MPFR_RNDU);
      mpfr_add(rest_high, rest_high, term_, MPFR_RNDU);
    }
    mpfr_add_ui(rest_low, rest_low, logits.count[0] - 1, MPFR_RNDD);
    mpfr_add_ui(rest_high, rest_high, logits.count[0] - 1, MPFR_RNDU);
  }

  // d_j, exact.
  [[nodiscard]] mpfr_ptr difference(std::size_t j) {
    mpfr_set_d(difference_, logits_.value[j], MPFR_RNDN);
    mpfr_sub_d(difference_, difference_, logits_.value.front(), MPFR_RNDN);
    return difference_;
  }
  // e^(d_j) for j > 0, from below; its successor is the bound from above.
  [[nodiscard]] mpfr_ptr exponential(std::size_t j) { return exponentials_[j]; }
  [[nodiscard]] mpfr_ptr successor(mpfr_ptr x) {
    mpfr_set(term_, x, MPFR_RNDN);
    mpfr_nextabove(term_);
    return term_;
  }
  // rest becomes L = log1p(rest).
  void take_logarithm() {
    mpfr_log1p(rest_low, rest_low, MPFR_RNDD);
    mpfr_log1p(rest_high, rest_high, MPFR_RNDU);
  }
  // Appends the number between `low` and `high`, rounded; false where the precision does not decide.
  [[nodiscard]] bool round_into(std::vector<numerics::Exact<T>>& results) {
    const auto result = round_(low, high);
    if (result) results.push_back(*result);
    return result.has_value();
  }

  numerics::Real rest_low, rest_high;
  numerics::Real low, high;  // of the result at hand

 private:
  const Logits<T>& logits_;
  numerics::Real difference_, term_;
  numerics::Reals exponentials_;
  numerics::Rounding<T> round_;
};

// The results of a row of finite logits and -inf, by `evaluate(logits, bits)`, which returns one for
// each distinct logit (or one in all), or nothing where the precision does not decide one.
template <class T, class Evaluate>
[[nodiscard]] std::vector<numerics::Exact<T>> settle(const Logits<T>& logits, Evaluate evaluate) {
  numerics::free_caches_with_the_thread();
  // Enough at the first go but for cancellation and near misses: the relative width of y is below
  // 4 (n + 8) 2^-p, and y is less than 2^digits ULPs.
  const auto sum_bits = static_cast<int>(std::bit_width(logits.value.size() + 8));
  mpfr_prec_t bits =
      std::numeric_limits<T>::digits + numerics::Rounding<T>::rest_bits + 3 + sum_bits;
  for (; bits <= max_bits; bits *= 2)
    if (auto results = evaluate(logits, bits)) return *std::move(results);
  throw std::runtime_error("the oracle cannot decide the rounding of a row");
}

template <class T>
[[nodiscard]] numerics::Exact<T> special(T value) {
  return {value, 0, 0, true};
}

// NaN where there is one, else the largest logit: what a row of special values comes to.
template <class T>
[[nodiscard]] T largest_or_nan(std::span<const T> logits) {
  const bool has_nan = std::any_of(logits.begin(), logits.end(), [](T x) { return std::isnan(x); });
  return has_nan ? std::numeric_limits<T>::quiet_NaN()
                 : *std::max_element(logits.begin(), logits.end());
}

// For ops with a result for each class: NaN in the whole row where a logit is NaN or +inf or all are
// -inf; else by `evaluate` as in settle(), and `masked` where a logit is -inf.
template <class T, class Evaluate>
[[nodiscard]] std::vector<numerics::Exact<T>> for_each_class(std::span<const T> logits,
                                                             const numerics::Exact<T>& masked,
                                                             Evaluate evaluate) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  if (!std::isfinite(largest_or_nan(logits)))
    return std::vector(logits.size(), special(std::numeric_limits<T>::quiet_NaN()));
  const Logits<T> finite(logits);
  const std::vector<numerics::Exact<T>> distinct = settle(finite, evaluate);
  std::vector<numerics::Exact<T>> results;
  results.reserve(logits.size());
  for (const T x : logits) {
    const auto found =
        std::lower_bound(finite.value.begin(), finite.value.end(), x, std::greater<>());
    results.push_back(
        x == -infinity ? masked : distinct[static_cast<std::size_t>(found - finite.value.begin())]);
  }
  return results;
}

}  // namespace maxtrick::oracle
