// What the bounds of the variants share: how roundings add up.
//
// u is the unit roundoff, l the smallest normal number, f u the relative error of exp, log and
// log1p. In the 16-bit types f = 1: they are rounded from double, rightly. Elsewhere f = 2, one ULP
// at most: glibc's exp is within 0.51 ULP, but logf, log1p and log1pf within 0.82 to 0.9 (P.
// Zimmermann et al., "Accuracy of Mathematical Functions in Single, Double, Double Extended, and
// Quadruple Precision", hal-03141101).
//
// Factors 1 + d_i with |d_i| <= k_i u, multiplied or divided, are 1 + t with |t| <= g(k) u, where k
// = sum k_i, u k < 1 and g(k) = k / (1 - k u); so is e^t with |t| <= k u, and |log(1 + t)| <= g(k)
// u (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., lemma 3.1; k need not
// be whole). The rounding of an argument by k u thus counts as k factors of exp.
//
// A quotient below l is off by u l at most, an exponential by f u l. Sums and differences lose
// nothing there.
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
  double log_S_low, log_S;  // log S = y - m, enclosed: the difference may cancel
  double Y;                 // W + log S, from below: max |x_i - y|
  double abs_y;             // |y|, from below: 0 where y may be 0
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

  // 1 / (1 - k u): what turns k first-order roundings into a bound. Infinite beyond its range.
  [[nodiscard]] double growth(double k) const {
    return k * u < 1 ? 1 / (1 - k * u) : std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] double g(double k) const { return k * growth(k); }

  // Exponentials of x - m, and what becomes of them where they are lost: an argument so far below
  // 0 that the exact and the computed exponential are below u l counts as lost, and not as rounded.
  // One that is lost costs (f + 1) u l at most.
  [[nodiscard]] double lost() const { return (f + 1) * l; }
  [[nodiscard]] double reach(double gap) const {
    return std::min(gap, (1 - std::log(u * l)) / (1 - u));
  }
  // 1 - 1/S: the probability of all but the maximum.
  [[nodiscard]] double rest() const { return -std::expm1(-log_S); }
  // sum_j p_j (m - x_j), the rounding of the arguments as the sum feels it. The entropy of p is
  // that plus log S, and at most log n.
  [[nodiscard]] double mean_gap() const {
    return std::min(std::log(n) - log_S_low, reach(W) * rest());
  }

  // The relative error of the sum S = sum e^(x_j - m), n - 1 additions, as a count of roundings.
  // The maximum's own term is e^0 = 1, exact.
  [[nodiscard]] double shifted_sum() const {
    return n - 1 + (mean_gap() + f * rest()) * growth(reach(W) + f) +
           (n - 1) * lost() * std::exp(-log_S_low);
  }
  // The absolute error of log S in units of u; log has an argument of 1 at least.
  [[nodiscard]] double log_of_sum() const { return g(shifted_sum()) * (1 + f * u) + f * log_S; }
  // The same of log1p(R), R = S - 1 summed with n - 2 additions: an error of R counts by 1/S, and
  // that of the additions as a factor of R by R/S.
  [[nodiscard]] double log1p_of_rest() const {
    if (n == 1) return 0;
    const double terms =
        (mean_gap() + f * rest()) * growth(reach(W) + f) + (n - 1) * lost() * std::exp(-log_S_low);
    const double sum = g(terms) + (rest() + terms * u) * g(n - 2);
    return sum * (1 + f * u) + f * (log_S + l);
  }
  // The relative error of sum e^x_j, unshifted, as a count of roundings.
  [[nodiscard]] double plain_sum() const { return n - 1 + f + n * f * l * std::exp(-y); }
  // Whether that sum, of k roundings, is certainly finite; y is known to double's last bits.
  [[nodiscard]] bool plain_sum_is_finite(double k) const {
    return y + g(k) * u + 1e-12 <= std::log(largest);
  }
  // Whether differences of logits, and y itself, are.
  [[nodiscard]] bool differences_are_finite() const {
    return std::max(Y, std::abs(y)) <= largest / 2;
  }
  // Whether k roundings leave all probabilities, the least is e^-Y, among the normal numbers.
  [[nodiscard]] bool probabilities_are_normal(double k) const {
    return k * u <= 0.5 && Y <= -std::log(2 * l);
  }
};

// The bound as Variant::bound has it: nothing where it is no number. Where y = 0 any error is
// infinite.
inline std::optional<double> if_finite(double bound) {
  return std::isfinite(bound) ? std::optional(bound) : std::nullopt;
}

}  // namespace maxtrick::variants
