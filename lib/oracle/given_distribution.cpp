// Exact losses of log-probabilities or probabilities that are given. They are not normalised, so that
// each is a sum over the classes. A term with the coefficient 0 is 0, whatever the other factor is.
//   nll            -sum_k c_k q_k
//   log_loss       -sum_k c_k log p_k; NaN for p_k < 0
//   kl_divergence  sum_k t_k (log t_k - q_k); with log-target, t_k is e^u_k of the given u_k
#include "ops/kl_divergence.hpp"
#include "ops/log_loss.hpp"
#include "ops/nll.hpp"
#include "oracle/coefficients.hpp"
#include "oracle/general.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {
namespace {

// The terms of a sum, some of which may be infinite or NaN.
class Sum {
 public:
  explicit Sum(mpfr_prec_t bits) : finite_(bits, 0) {}
  void add(const Interval& term) { finite_ += term; }
  void add_special(double term) { special_ += term; }

  template <class T>
  [[nodiscard]] numerics::Exact<T> decided(Decision<T>& decide, const Interval& factor,
                                           const Interval& denominator) const {
    if (special_ == 0) return decide(factor * finite_ / denominator);
    return std::isnan(special_) ? exact_nan<T>() : exact_infinity<T>(factor.near() * special_);
  }

 private:
  Interval finite_;
  double special_ = 0;
};

// loss = -sum_k c_k term(x_k). `term` encloses the term of a finite x_k, or gives an infinity or NaN.
struct Term {
  std::optional<Interval> finite;
  double special = 0;
};

template <class T, class OfLogit>
Answer<T> minus_sum(const Question<T>& question, OfLogit of_logit) {
  const ops::Target<T> target = question.coefficients.value_or(ops::Target<T>(question.target));
  if (target.is_ignored) return {{}, exact_zero<T>()};
  return at_growing_precision<T>([&](mpfr_prec_t bits, Decision<T>& decide) {
    const Coefficients<T> c(target, question.logits.size(), bits);
    // Equal terms are added first, so that coefficients that cancel leave an exact 0.
    std::map<double, Interval> of_value;
    Sum sum(bits);
    for (std::size_t k = 0; k < question.logits.size(); ++k) {
      const double x = static_cast<double>(question.logits[k]);
      if (c.of_class[k].is_zero()) continue;
      const Term term = of_logit(bits, x);
      if (!term.finite)
        sum.add_special(c.of_class[k].near() < 0 ? term.special : -term.special);
      else if (const auto [at, is_new] = of_value.try_emplace(x, c.of_class[k]); !is_new)
        at->second += c.of_class[k];
    }
    for (const auto& [x, coefficient] : of_value)
      sum.add(-(coefficient * *of_logit(bits, x).finite));
    return Answer<T>{{}, sum.template decided<T>(decide, Interval(bits, 1), c.denominator)};
  });
}

const RegisterGeneralSolver nll{ops::nll, []<class T>(const Question<T>& question) {
                                  return minus_sum(question, [](mpfr_prec_t bits, double q) {
                                    return std::isfinite(q) ? Term{Interval(bits, q)} : Term{{}, q};
                                  });
                                }};

const RegisterGeneralSolver log_loss{
    ops::log_loss, []<class T>(const Question<T>& question) {
      return minus_sum(question, [](mpfr_prec_t bits, double p) {
        if (std::isfinite(p) && p > 0) return Term{log(Interval(bits, p))};
        return Term{{},
                    p == 0          ? -INFINITY
                    : p == INFINITY ? p
                                    : std::numeric_limits<double>::quiet_NaN()};
      });
    }};

template <class T>
Answer<T> divergence(const Question<T>& question) {
  const ops::Target<T>& target = question.coefficients.value();
  // As a coefficient of 0, a weight of 0 leaves nothing, not even of an infinite term.
  if (target.row_weight == T(0)) return {{}, exact_zero<T>()};
  const bool of_logarithms = question.parameter.value_or(0) != 0;
  return at_growing_precision<T>([&](mpfr_prec_t bits, Decision<T>& decide) {
    Sum sum(bits);
    for (std::size_t k = 0; k < question.logits.size(); ++k) {
      const double q = static_cast<double>(question.logits[k]),
                   given = static_cast<double>(target.q(k));
      if (given == (of_logarithms ? -INFINITY : 0)) continue;
      if (!std::isfinite(q) || !std::isfinite(given) || (given < 0 && !of_logarithms)) {
        sum.add_special(std::isfinite(given) && (of_logarithms || given > 0)
                            ? -q
                            : std::numeric_limits<double>::quiet_NaN());
        continue;
      }
      const Interval number(bits, given), t = of_logarithms ? exp(number) : number,
                                          logarithm = of_logarithms ? number : log(number);
      sum.add(t * (logarithm - Interval(bits, q)));
    }
    const Interval weight(bits, static_cast<double>(target.row_weight)), one(bits, 1);
    return Answer<T>{{}, sum.template decided<T>(decide, weight, one)};
  });
}

const RegisterGeneralSolver kl_divergence{
    ops::kl_divergence, []<class T>(const Question<T>& question) { return divergence(question); }};

}  // namespace
}  // namespace maxtrick::oracle
