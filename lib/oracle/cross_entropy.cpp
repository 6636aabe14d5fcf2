// Exact cross-entropy of a class and its gradient, from the exact log-softmax and softmax.
//
//   1. The loss is minus a log-probability. The change of sign is exact.
//   2. An entry of the gradient is s (y_k - [k = t]). Its error is measured in ULPs of its exact
//      value. At k = t two numbers are subtracted, and the error is measured in ULPs of the larger
//      one, s. configs/derivative.toml examines how to compute that entry more accurately.
//   3. An entry is computed in double from the exact y_k. Its error is at most 2^-53 of the larger
//      number.
#include "ops/cross_entropy.hpp"

#include <cmath>

#include "numerics/error.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "ops/log_softmax.hpp"
#include "ops/softmax.hpp"
#include "oracle/coefficients.hpp"
#include "oracle/enclosure.hpp"
#include "oracle/general.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {
namespace {

template <class T>
numerics::Exact<T> exact_loss(const Question<T>& question) {
  const auto logarithm =
      answer<T>(ops::log_softmax, {question.logits, question.stages}).result.at(question.target);
  return {-logarithm.rounded, -logarithm.rest, logarithm.ulp_exponent, logarithm.special};
}

// `value` as an exact value whose error is measured in ULPs of `size`.
template <class T>
numerics::Exact<T> in_ulps_of(double value, double size) {
  if (std::isnan(value)) return special(std::numeric_limits<T>::quiet_NaN());
  const double unit = numerics::ulp<T>(size);
  const T rounded = static_cast<T>(value);
  return {rounded, (value - static_cast<double>(rounded)) / unit, std::ilogb(unit), false};
}

template <class T>
Answer<T> losses_and_gradient(const Question<T>& question) {
  Answer<T> all;
  all.loss = exact_loss(question);
  const auto probabilities = answer<T>(ops::softmax, {question.logits, question.stages}).result;
  for (std::size_t k = 0; k < probabilities.size(); ++k) {
    const bool at_target = k == question.target;
    const double due = question.gradient_scale * (probabilities[k].value() - (at_target ? 1 : 0));
    all.result.push_back(in_ulps_of<T>(due, at_target ? question.gradient_scale : due));
  }
  return all;
}

const RegisterSolver loss{ops::cross_entropy, []<class T>(const Question<T>& question) {
                            return Answer<T>{{}, exact_loss(question)};
                          }};
const RegisterSolver gradient{
    ops::cross_entropy_gradient,
    []<class T>(const Question<T>& question) { return losses_and_gradient(question); }};

// loss = sum_k c_k (L - d_k),   g_k = scale z'_k (y_k C - c_k), C = sum_j c_j.
template <class T>
Answer<T> with_coefficients(const Question<T>& question) {
  const std::size_t n = question.logits.size();
  const std::size_t entries = question.with_gradient ? n : 0;
  const ops::Target<T> target = question.coefficients.value_or(ops::Target<T>(question.target));
  Answer<T> special_answer;
  if (target.is_ignored) {
    special_answer.loss = exact_zero<T>();
    special_answer.result.assign(entries, exact_zero<T>());
    return special_answer;
  }
  if (kind_of(question.logits, question.transform) != ZKind::finite) {
    special_answer.loss = exact_nan<T>();
    special_answer.result.assign(entries, exact_nan<T>());
    return special_answer;
  }
  const Groups<T> groups(question.logits, question.transform);
  return at_growing_precision<T>([&](mpfr_prec_t bits, Decision<T>& decide) {
    const TransformedRow<T> row(question.logits, question.transform, groups, bits);
    const Coefficients<T> c(target, n, bits);
    Interval total = row.number(0), product = row.number(0);
    std::vector<Interval> of_group(groups.size(), row.number(0));
    double infinite = 0;  // NaN if there are infinite terms of both signs
    for (std::size_t k = 0; k < n; ++k) {
      total += c.of_class[k];
      if (groups.of_class[k] != Groups<T>::none)
        of_group[groups.of_class[k]] += c.of_class[k];
      else if (const double sign = c.of_class[k].near() < 0 ? -1 : 1; !c.of_class[k].is_zero())
        infinite =
            infinite == 0 || infinite == sign ? sign : std::numeric_limits<double>::quiet_NaN();
    }
    // If the coefficients cancel, so do L and m, and what is left may be rational.
    const bool rational = total.is_zero() && question.transform.soft_cap == T(0);
    for (std::size_t g = 0; g < groups.size(); ++g)
      product += of_group[g] * (rational ? row.z_times_temperature(g) : row.d(g));
    if (rational) product = product / row.number(question.transform.temperature);
    Answer<T> at;
    at.loss = infinite == 0          ? decide((total * row.L() - product) / c.denominator)
              : std::isnan(infinite) ? exact_nan<T>()
                                     : exact_infinity<T>(infinite);
    if (entries == 0) return at;
    const Interval scale = row.number(question.gradient_scale), S = row.S();
    for (std::size_t k = 0; k < n && decide.complete(); ++k) {
      const Interval& ck = c.of_class[k];
      const std::size_t g = groups.of_class[k];
      const T x = question.logits[k];
      if (g != Groups<T>::none)
        at.result.push_back(
            decide(row.times_slope(scale * residual(row, g, ck, total, S), x, c.denominator)));
      else if (question.transform.masked(k) || ck.is_zero())
        at.result.push_back(exact_zero<T>());
      else
        at.result.push_back(decide(row.times_slope(-(scale * ck), x, c.denominator)));
    }
    return at;
  });
}

const RegisterGeneralSolver general_loss{
    ops::cross_entropy,
    []<class T>(const Question<T>& question) { return with_coefficients(question); }};
const RegisterGeneralSolver general_gradient{ops::cross_entropy_gradient,
                                             []<class T>(Question<T> question) {
                                               question.with_gradient = true;
                                               return with_coefficients(question);
                                             }};

}  // namespace
}  // namespace maxtrick::oracle
