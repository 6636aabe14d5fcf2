// Rules for adding up rounding errors, which the bounds of the variants share.
//
// Notation: u is the unit roundoff, l the smallest normal number, and f u the relative error of
// exp, log and log1p. In the 16-bit types f = 1: these functions are computed in double and then
// correctly rounded. In the other types f = 2, which is at most one ULP: glibc's exp is within 0.51
// ULP, but logf, log1p and log1pf only within 0.82 to 0.9 (P. Zimmermann et al., "Accuracy of
// Mathematical Functions in Single, Double, Double Extended, and Quadruple Precision",
// hal-03141101).
//
// Rules (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., lemma 3.1; k need
// not be an integer). Let |d_i| <= k_i u, k = sum k_i, k u < 1, and g(k) = k / (1 - k u).
// 1. A product or quotient of factors 1 + d_i is 1 + t with |t| <= g(k) u.
// 2. If |t| <= k u, then e^t is 1 + s with |s| <= g(k) u. So an argument of exp that is off by k u
//    counts as k roundings.
// 3. If |t| <= k u, then |log(1 + t)| <= g(k) u.
//
// Underflow: a quotient below l has an absolute error of at most u l, and an exponential below l of
// at most f u l. Sums and differences have no error there.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/variant.hpp"

namespace maxtrick::variants {

struct Roundings {
  double n, u, f, l;
  double m, W;              // max x and max x - min x
  double y;                 // log-sum-exp
  double log_S_low, log_S;  // bounds of log S = y - m, since the difference may cancel
  double Y;                 // a lower bound of W + log S = max |x_i - y|
  double abs_y;             // a lower bound of |y|; 0 where y may be 0
  double largest;

  explicit Roundings(const ops::RowFacts& row)
      : n(static_cast<double>(row.classes)),
        u(row.unit_roundoff),
        f(row.unit_roundoff >= 0x1p-11 ? 1 : 2),
        l(row.least_normal),
        m(row.max),
        W(row.max - row.min),
        y(row.log_sum_exp),
        log_S_low(row.least_log_S()),
        log_S(std::min(std::log(n), y - m + row.uncertainty())),
        Y(ops::log_softmax->norm(row)),
        abs_y(ops::log_sum_exp->norm(row)),
        largest(row.largest) {}

  // 1 / (1 - k u), the factor that turns k first-order roundings into a strict bound. Infinite for
  // k u >= 1.
  [[nodiscard]] double growth(double k) const {
    return k * u < 1 ? 1 / (1 - k * u) : std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] double g(double k) const { return k * growth(k); }

  // Exponentials of x - m that underflow. If an argument is so far below 0 that both the exact and
  // the computed exponential are below u l, then the exponential counts as lost, not as rounded. A
  // lost exponential costs at most (f + 1) u l, which is lost() in units of u. reach(gap) is `gap`,
  // but not more than the largest gap that counts as rounded.
  [[nodiscard]] double lost() const { return (f + 1) * l; }
  [[nodiscard]] double reach(double gap) const {
    return std::min(gap, (1 - std::log(u * l)) / (1 - u));
  }
  // 1 - 1/S: the probability of all classes except the maximum.
  [[nodiscard]] double rest() const { return -std::expm1(-log_S); }
  // A bound of sum_j p_j (m - x_j), the effect on the sum of rounding the arguments of exp. This
  // plus log S is the entropy of p, which is at most log n.
  [[nodiscard]] double mean_gap() const {
    return std::min(std::log(n) - log_S_low, reach(W) * rest());
  }

  // The relative error of the sum S = sum e^(x_j - m) with n - 1 additions, as a number of
  // roundings. The term of the maximum is e^0 = 1, which is exact.
  [[nodiscard]] double shifted_sum() const {
    return n - 1 + (mean_gap() + f * rest()) * growth(reach(W) + f) +
           (n - 1) * lost() * std::exp(-log_S_low);
  }
  // The absolute error of log S in units of u. The argument of log is at least 1.
  [[nodiscard]] double log_of_sum() const { return g(shifted_sum()) * (1 + f * u) + f * log_S; }
  // The absolute error of log1p(R) in units of u, where R = S - 1 is summed with n - 2 additions.
  // An absolute error of R is divided by S; the additions have an error relative to R, which counts
  // by R/S.
  [[nodiscard]] double log1p_of_rest() const {
    if (n == 1) return 0;
    const double terms =
        (mean_gap() + f * rest()) * growth(reach(W) + f) + (n - 1) * lost() * std::exp(-log_S_low);
    const double sum = g(terms) + (rest() + terms * u) * g(n - 2);
    return sum * (1 + f * u) + f * (log_S + l);
  }
  // The relative error of sum e^x_j, without a shift, as a number of roundings.
  [[nodiscard]] double plain_sum() const { return n - 1 + f + n * f * l * std::exp(-y); }
  // Whether that sum, with k roundings, is certainly finite. y is known up to the last bits of
  // double, hence the 1e-12.
  [[nodiscard]] bool plain_sum_is_finite(double k) const {
    return y + g(k) * u + 1e-12 <= std::log(largest);
  }
  // Whether differences of logits, and y itself, are finite.
  [[nodiscard]] bool differences_are_finite() const {
    return std::max(Y, std::abs(y)) <= largest / 2;
  }
  // Whether all probabilities are normal numbers despite k roundings. The smallest probability is
  // e^-Y.
  [[nodiscard]] bool probabilities_are_normal(double k) const {
    return k * u <= 0.5 && Y <= -std::log(2 * l);
  }
};

// The bound in the form that Variant::bound returns: no value where it is not finite. Where y = 0
// any relative error is infinite.
inline std::optional<double> if_finite(double bound) {
  return std::isfinite(bound) ? std::optional(bound) : std::nullopt;
}

}  // namespace maxtrick::variants
