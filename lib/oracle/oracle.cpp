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

#include "oracle/oracle.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

#include "numerics/real.hpp"
#include "numerics/rounding.hpp"

namespace maxtrick::oracle {
namespace {

constexpr mpfr_prec_t max_bits = 1 << 17;

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

// One entry for each distinct logit (log_sum_exp: one in all), or nothing where `bits` are too few.
template <class T>
std::optional<std::vector<numerics::Exact<T>>> evaluate(ops::Op op, const Logits<T>& logits,
                                                        mpfr_prec_t bits) {
  const std::size_t n = logits.value.size();
  const T m = logits.value.front();
  numerics::Real d(logits.difference_bits()), term(bits), low(bits), high(bits);
  numerics::Real rest_low(bits), rest_high(bits);
  const auto set_difference = [&](std::size_t j) {
    mpfr_set_d(d, logits.value[j], MPFR_RNDN);
    mpfr_sub_d(d, d, m, MPFR_RNDN);
  };

  // e^d from below; its successor is the bound from above.
  const auto successor = [&](mpfr_ptr x) -> mpfr_ptr {
    mpfr_set(term, x, MPFR_RNDN);
    mpfr_nextabove(term);
    return term;
  };
  numerics::Reals exponentials(op == ops::Op::softmax ? n : 1, bits);
  mpfr_set_ui(rest_low, 0, MPFR_RNDN);
  mpfr_set_ui(rest_high, 0, MPFR_RNDN);
  for (std::size_t j = 1; j < n; ++j) {
    mpfr_ptr exponential = exponentials[op == ops::Op::softmax ? j : 0];
    set_difference(j);
    mpfr_exp(exponential, d, MPFR_RNDD);
    mpfr_mul_ui(term, exponential, logits.count[j], MPFR_RNDD);
    mpfr_add(rest_low, rest_low, term, MPFR_RNDD);
    mpfr_mul_ui(term, successor(exponential), logits.count[j], MPFR_RNDU);
    mpfr_add(rest_high, rest_high, term, MPFR_RNDU);
  }
  mpfr_add_ui(rest_low, rest_low, logits.count[0] - 1, MPFR_RNDD);
  mpfr_add_ui(rest_high, rest_high, logits.count[0] - 1, MPFR_RNDU);

  numerics::Rounding<T> round(bits);
  std::vector<numerics::Exact<T>> results;
  results.reserve(outputs(op, n));
  const auto add = [&] {
    const auto result = round(low, high);
    if (result) results.push_back(*result);
    return result.has_value();
  };

  if (op == ops::Op::softmax) {
    mpfr_add_ui(rest_low, rest_low, 1, MPFR_RNDD);
    mpfr_add_ui(rest_high, rest_high, 1, MPFR_RNDU);
    mpfr_ui_div(low, 1, rest_high, MPFR_RNDD);
    mpfr_ui_div(high, 1, rest_low, MPFR_RNDU);
    if (!add()) return std::nullopt;
    for (std::size_t j = 1; j < n; ++j) {
      mpfr_div(low, exponentials[j], rest_high, MPFR_RNDD);
      mpfr_div(high, successor(exponentials[j]), rest_low, MPFR_RNDU);
      if (!add()) return std::nullopt;
    }
    return results;
  }

  mpfr_log1p(rest_low, rest_low, MPFR_RNDD);
  mpfr_log1p(rest_high, rest_high, MPFR_RNDU);
  if (op == ops::Op::log_sum_exp) {
    mpfr_add_d(low, rest_low, m, MPFR_RNDD);
    mpfr_add_d(high, rest_high, m, MPFR_RNDU);
    if (!add()) return std::nullopt;
    return results;
  }
  for (std::size_t j = 0; j < n; ++j) {
    set_difference(j);
    mpfr_sub(low, d, rest_high, MPFR_RNDD);
    mpfr_sub(high, d, rest_low, MPFR_RNDU);
    if (!add()) return std::nullopt;
  }
  return results;
}

template <class T>
std::vector<numerics::Exact<T>> settle(ops::Op op, const Logits<T>& logits) {
  numerics::free_caches_with_the_thread();
  // Enough at the first go but for cancellation and near misses: the relative width of y is below
  // 4 (n + 8) 2^-p, and y is less than 2^digits ULPs.
  const auto sum_bits = static_cast<int>(std::bit_width(logits.value.size() + 8));
  mpfr_prec_t bits =
      std::numeric_limits<T>::digits + numerics::Rounding<T>::rest_bits + 3 + sum_bits;
  for (; bits <= max_bits; bits *= 2)
    if (auto results = evaluate(op, logits, bits)) return *std::move(results);
  throw std::runtime_error("the oracle cannot decide the rounding of a row");
}

template <class T>
numerics::Exact<T> special(T value) {
  return {value, 0, 0, true};
}

}  // namespace

template <class T>
std::vector<numerics::Exact<T>> exact(ops::Op op, std::span<const T> logits) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  if (logits.empty()) throw std::invalid_argument("a row of no classes");
  const bool has_nan = std::any_of(logits.begin(), logits.end(), [](T x) { return std::isnan(x); });
  const T largest = has_nan ? nan : *std::max_element(logits.begin(), logits.end());
  if (!std::isfinite(largest))
    return std::vector(outputs(op, logits.size()),
                       special(op == ops::Op::log_sum_exp ? largest : nan));

  const Logits<T> finite(logits);
  std::vector<numerics::Exact<T>> distinct = settle(op, finite);
  if (op == ops::Op::log_sum_exp) return distinct;
  using Limits = std::numeric_limits<T>;
  const numerics::Exact<T> masked =
      op == ops::Op::log_softmax
          ? special(-infinity)
          : numerics::Exact<T>{0, 0, Limits::min_exponent - Limits::digits, false};
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

template <class T>
numerics::Exact<T> exact_sum(std::span<const T> terms) {
  // Rounded down and up, all terms of one sign: the relative width is below 2 n 2^-p.
  const auto sum_bits = static_cast<int>(std::bit_width(terms.size() + 8));
  for (mpfr_prec_t bits =
           std::numeric_limits<T>::digits + numerics::Rounding<T>::rest_bits + 3 + sum_bits;
       bits <= max_bits; bits *= 2) {
    numerics::Real low(bits), high(bits);
    mpfr_set_ui(low, 0, MPFR_RNDN);
    mpfr_set_ui(high, 0, MPFR_RNDN);
    for (const T term : terms) {
      if (!(term >= 0 && std::isfinite(term)))
        throw std::invalid_argument("a term of a sum is negative or not finite");
      mpfr_add_d(low, low, term, MPFR_RNDD);
      mpfr_add_d(high, high, term, MPFR_RNDU);
    }
    if (const auto sum = numerics::Rounding<T>(bits)(low, high)) return *sum;
  }
  throw std::runtime_error("the oracle cannot decide the rounding of a sum");
}

template std::vector<numerics::Exact<float>> exact(ops::Op, std::span<const float>);
template std::vector<numerics::Exact<double>> exact(ops::Op, std::span<const double>);
template std::vector<numerics::Exact<numerics::Float16>> exact(ops::Op,
                                                               std::span<const numerics::Float16>);
template std::vector<numerics::Exact<numerics::BFloat16>> exact(
    ops::Op, std::span<const numerics::BFloat16>);
template numerics::Exact<float> exact_sum(std::span<const float>);
template numerics::Exact<double> exact_sum(std::span<const double>);
template numerics::Exact<numerics::Float16> exact_sum(std::span<const numerics::Float16>);
template numerics::Exact<numerics::BFloat16> exact_sum(std::span<const numerics::BFloat16>);

std::string oracle_library() { return std::string("MPFR ") + mpfr_get_version(); }

}  // namespace maxtrick::oracle
