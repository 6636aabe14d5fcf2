// The first stage of the oracle: the results of a row in double-double arithmetic. It decides almost
// every rounding, at about a twentieth of the cost of MPFR. Rows that it does not decide are left to
// MPFR (enclosure.hpp, which also has the formulas).
//
// Error analysis, with u = 2^-53 and d_j = x_j - m.
//   1. d_j is exact: two_sum has no error.
//   2. e^d for d >= least_difference has a relative error below 16 u^2: see exponential().
//   3. A term count_j e^d_j: 18 u^2. rest is a sum of n terms of one sign. Each of the additions
//      on the way of a term adds 3 u^2 and a bit, and there are at most block + log2(n) + 1 <= 72 of
//      them. So the relative error of rest is below 18 u^2 + 72 (3.1 u^2) < 256 u^2 = 2^-98.
//   4. Terms below 2^least_exponent are left out. With rest >= 2^least_rest, they are less than
//      n 2^-800 of it.
//   5. softmax: y = e^d (1 / (1 + rest)) adds 3, 15 and 6 u^2 and the error of e^d: below 2^-97.
//   6. L = log1p(rest) has a condition number below 1. MPFR computes it with 128 bits, and it is
//      rounded to a double-double: below 2^-97 of L.
//   7. log_softmax: y = d - L. Both terms have one sign, so the error is below 2^-96.9 of y.
//      log_sum_exp: y = m + L can cancel. Its error is below 2^-97 L + 3.1 u^2 |y|.
//
// Decision. rounded() returns a result only if the same one follows for every number within the
// error bound of y: it is neither near a midpoint, nor near a power of two, where the ULP changes,
// and `rest` is known to 2^-41 ULP.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "numerics/error.hpp"
#include "oracle/double_double.hpp"
#include "oracle/enclosure.hpp"

namespace maxtrick::oracle {

// The number value * 2^exponent.
struct Scaled {
  DoubleDouble value;
  int exponent = 0;
};

// The smallest d of which exponential() can be computed. e^least_difference is below 2^-2160, which
// is far below half of the smallest number of every type.
inline constexpr double least_difference = -1500;

// e^d for least_difference <= d <= 0, with a relative error below 16 u^2. The value is between 0.99
// and 2.
[[nodiscard]] Scaled exponential(DoubleDouble d);

// log(1 + x) for x > 0, with a relative error below that of x plus u^2.
[[nodiscard]] DoubleDouble log1p(DoubleDouble x);

// The sum of terms >= 0. Each term goes through at most 72 additions if there are fewer than 2^40.
[[nodiscard]] DoubleDouble sum(std::span<const DoubleDouble> terms);

// Rounds `y` to T, if all numbers with a distance to it of at most `error` 2^y.exponent, where
// error > 0, round alike. Returns nothing if they do not, or if y is beyond the range of T.
template <class T>
[[nodiscard]] std::optional<numerics::Exact<T>> rounded(const Scaled& y, double error);

// What the first stage knows of a row.
template <class T>
class FirstStage {
 public:
  // Bounds of the relative error of 1 / (1 + rest) e^d and of log1p(rest).
  static constexpr double error = 0x1p-97;

  explicit FirstStage(const Logits<T>& logits) : logits_(logits) {
    std::vector<DoubleDouble> terms;
    terms.reserve(logits.value.size());
    for (std::size_t j = 1; j < logits.value.size(); ++j) {
      const DoubleDouble d = difference(j);
      if (!(d.high >= least_difference)) break;
      exponentials_.push_back(exponential(d));
      const auto& [value, exponent] = exponentials_.back();
      if (exponent < least_exponent) continue;
      terms.push_back(
          DoubleDouble(std::ldexp(value.high, exponent), std::ldexp(value.low, exponent)) *
          static_cast<double>(logits.count[j]));
    }
    rest_ = sum(terms) + static_cast<double>(logits.count[0] - 1);
  }

  // Whether this stage applies. It leaves two kinds of rows to MPFR:
  //   - All logits are equal. The results can be numbers of the type or midpoints.
  //   - rest is so small that a result can be nearer to a number of the type than 2^-41 ULP. Both
  //     stages know the distance to 2^-41 ULP only, and tables show the digits of MPFR.
  [[nodiscard]] bool applies() const {
    return logits_.value.size() > 1 && rest_.high >= std::ldexp(1, least_rest);
  }
  [[nodiscard]] DoubleDouble rest() const { return rest_; }
  // d_j, which is exact. Its high part is -inf if it is beyond the range of double.
  [[nodiscard]] DoubleDouble difference(std::size_t j) const {
    return two_sum(double{logits_.value[j]}, -double{logits_.value[0]});
  }
  // e^d_j for j > 0, or nothing if it is below e^least_difference.
  [[nodiscard]] std::optional<Scaled> exponential_of(std::size_t j) const {
    if (j > exponentials_.size()) return std::nullopt;
    return exponentials_[j - 1];
  }

 private:
  static constexpr int least_rest = -40;
  static constexpr int least_exponent = -900;

  const Logits<T>& logits_;
  std::vector<Scaled> exponentials_;  // that of class j is at j - 1
  DoubleDouble rest_;
};

}  // namespace maxtrick::oracle
