// Encloses the exact results of a row in intervals, and rounds them correctly.
//
// Formulas. Let m be the largest finite logit, c the number of its occurrences, d_j = x_j - m <= 0,
//   rest = (c - 1) + sum over d_j < 0 of e^{d_j} >= 0,   L = log(1 + rest) = log1p(rest) >= 0.
// Then
//   softmax y_i = e^{d_i} / (1 + rest),   log_softmax y_i = d_i - L,   log_sum_exp y = m + L.
//
// Enclosure.
//   1. d_j is exact, because its precision is high enough.
//   2. Every later operation is rounded down for the lower bound and up for the upper bound. So
//      each y lies in a proven interval (lo, hi).
//   3. Sums of terms of one sign keep their relative width of about n 2^-p, and so does log1p. Only
//      m + L can cancel, which makes the interval wider but no less correct.
//   4. Below MPFR's exponent range (e^d for d < -7.4e8), the directed roundings give 0 and the
//      smallest number, which still enclose the value.
//
// The interval is open, or a point that is exact. Proof:
//   1. If rest is not an integer, it has a term e^d with a rational d < 0. That term is irrational
//      and so strictly between its bounds. All operations that follow are strictly monotonic.
//   2. If all finite logits are equal, rest = c - 1 is exact. y = 1/c is either a number of p bits
//      (a point) or strictly between its bounds. L = log c is irrational except for c = 1, where
//      log_softmax is 0 and log_sum_exp is x: points.
//
// Decision. rounding.hpp rounds y from that interval. Some values can only be decided because the
// interval is open: 1 - e^-1e30 (below 1) and -(2^24 + 1) - e^-(2^24 + 1) (beyond a midpoint of
// float32). No practical precision would decide them.
//
// Termination.
//   1. Points are decided at once.
//   2. Otherwise y is never a breakpoint (rounding.hpp). This follows from the theorem of Lindemann
//      and Weierstrass: exponentials of distinct algebraic numbers are linearly independent over
//      the algebraic numbers.
//      - softmax: if y_i were algebraic, sum_j e^{x_j} - e^{x_i}/y_i = 0 would require that all x_j
//        are equal. Then y = 1/c, which is a point if c is a power of two, and otherwise no
//        breakpoint, because breakpoints are dyadic.
//      - log_sum_exp: sum_j e^{x_j} = e^y with algebraic y requires that all x_j = y and c = 1, a
//        point. log_softmax is x_i minus that.
//   3. So y has a positive distance from every breakpoint, and some precision decides, unless it
//      would have to represent terms beyond MPFR's exponent range.
//   4. The distance is tiny only if differences of logits are tiny: [0, -2^-1074] needs about 1100
//      bits. max_bits is a limit that no known row reaches.
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
#include "oracle/solver.hpp"

namespace maxtrick::oracle {

inline constexpr mpfr_prec_t max_bits = 1 << 17;

// The distinct finite logits of a row in falling order, and the number of occurrences of each.
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

  // The number of bits that represents the difference of any two logits exactly: from the last
  // place of the smallest magnitude to the carry of the largest.
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

// Encloses `rest` at one precision, and the exponentials of which it is the sum if they are kept.
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

  // d_j, which is exact.
  [[nodiscard]] mpfr_ptr difference(std::size_t j) {
    mpfr_set_d(difference_, logits_.value[j], MPFR_RNDN);
    mpfr_sub_d(difference_, difference_, logits_.value.front(), MPFR_RNDN);
    return difference_;
  }
  // The lower bound of e^(d_j) for j > 0. Its successor is the upper bound.
  [[nodiscard]] mpfr_ptr exponential(std::size_t j) { return exponentials_[j]; }
  [[nodiscard]] mpfr_ptr successor(mpfr_ptr x) {
    mpfr_set(term_, x, MPFR_RNDN);
    mpfr_nextabove(term_);
    return term_;
  }
  // Replaces rest by L = log1p(rest).
  void take_logarithm() {
    mpfr_log1p(rest_low, rest_low, MPFR_RNDD);
    mpfr_log1p(rest_high, rest_high, MPFR_RNDU);
  }
  // Rounds the number between `low` and `high` and appends it. Returns false, and appends nothing,
  // if the precision does not decide the rounding.
  [[nodiscard]] bool round_into(std::vector<numerics::Exact<T>>& results) {
    const auto result = round_(low, high);
    if (result) results.push_back(*result);
    return result.has_value();
  }

  numerics::Real rest_low, rest_high;
  numerics::Real low, high;  // the bounds of the current result

 private:
  const Logits<T>& logits_;
  numerics::Real difference_, term_;
  numerics::Reals exponentials_;
  numerics::Rounding<T> round_;
};

// The results of a row whose logits are finite or -inf. Calls `evaluate(logits, bits)` with growing
// precision. It returns a result for each distinct logit (or a single one), or nothing if the
// precision does not decide one of them. Throws std::runtime_error if max_bits do not decide.
template <class T, class Evaluate>
[[nodiscard]] std::vector<numerics::Exact<T>> settle(const Logits<T>& logits, Evaluate evaluate) {
  numerics::free_caches_with_the_thread();
  // The relative width of y is below 4 (n + 8) 2^-p, and y is less than 2^digits ULPs. So the first
  // precision is enough, except after cancellation and for values that are very near a breakpoint.
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

// NaN if a logit is NaN, else the largest logit. This is log-sum-exp of a row with special values.
template <class T>
[[nodiscard]] T largest_or_nan(std::span<const T> logits) {
  const bool has_nan = std::any_of(logits.begin(), logits.end(), [](T x) { return std::isnan(x); });
  return has_nan ? std::numeric_limits<T>::quiet_NaN()
                 : *std::max_element(logits.begin(), logits.end());
}

// The results of a row whose logits are finite or -inf, from the first stage or from MPFR.
// `in_pairs(logits)` returns nothing if the first stage does not decide the row.
template <class T, class InPairs, class Evaluate>
[[nodiscard]] std::vector<numerics::Exact<T>> decide(const Logits<T>& logits, Stages stages,
                                                     InPairs in_pairs, Evaluate evaluate) {
  if (stages == Stages::pairs_first)
    if (auto results = in_pairs(logits)) return *std::move(results);
  return settle(logits, evaluate);
}

// The results of an op with one result for each class. If a logit is NaN or +inf, or all are -inf,
// the whole row is NaN. Otherwise a class with a logit of -inf has the result `masked`, and decide()
// computes the others with `in_pairs` and `evaluate`.
template <class T, class InPairs, class Evaluate>
[[nodiscard]] std::vector<numerics::Exact<T>> for_each_class(const Question<T>& question,
                                                             const numerics::Exact<T>& masked,
                                                             InPairs in_pairs, Evaluate evaluate) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  const std::span<const T> logits = question.logits;
  if (!std::isfinite(largest_or_nan(logits)))
    return std::vector(logits.size(), special(std::numeric_limits<T>::quiet_NaN()));
  const Logits<T> finite(logits);
  const std::vector<numerics::Exact<T>> distinct =
      decide(finite, question.stages, in_pairs, evaluate);
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
