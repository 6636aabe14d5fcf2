// Exact binary cross-entropy and focal loss.
#include "ops/binary_cross_entropy.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/focal_loss.hpp"
#include "oracle/coefficients.hpp"
#include "oracle/general.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {
namespace {

// With c_1 = r w t and c_0 = r (1 - t), of one logit x:
//   loss = c_1 log(1 + e^-x) + c_0 log(1 + e^x)
//   g = (c_0 e^x - c_1) / (1 + e^x), for x > 0 (c_0 - c_1 e^-x) / (1 + e^-x)
template <class T>
Answer<T> binary(const Question<T>& question) {
  const double x = static_cast<double>(question.logits[0]);
  const ops::Target<T>& target = question.coefficients.value();
  const double w = question.factors.empty() ? 1 : static_cast<double>(question.factors[0]);
  return at_growing_precision<T>([&](mpfr_prec_t bits, Decision<T>& decide) {
    const auto number = [bits](auto v) { return Interval(bits, static_cast<double>(v)); };
    const Interval r = number(target.row_weight), t = number(target.label());
    const Interval c1 = r * number(w) * t, c0 = r * (number(1) - t);
    Answer<T> at;
    if (std::isnan(x)) {
      at.loss = exact_nan<T>();
      if (question.with_gradient) at.result.push_back(exact_nan<T>());
      return at;
    }
    if (std::isinf(x)) {
      const Interval& grows = x > 0 ? c0 : c1;
      at.loss = grows.is_zero() ? exact_zero<T>() : exact_infinity<T>(grows.near());
      if (question.with_gradient)
        at.result.push_back(decide((x > 0 ? c0 : -c1) * number(question.gradient_scale)));
      return at;
    }
    const Interval size = number(-std::abs(x)), e = exp(size), l = log1p(e);
    // log(1 + e^-x) is l for x > 0, else l - x.
    const Interval of_1 = x > 0 ? l : l - number(x), of_0 = x > 0 ? l + number(x) : l;
    // log(1 + e^x) - log(1 + e^-x) = x.
    const bool rational = (c1 + c0).is_zero();
    at.loss = decide(rational ? c0 * number(x) : c1 * of_1 + c0 * of_0);
    if (question.with_gradient) {
      const Interval numerator = x > 0 ? c0 - c1 * e : c0 * e - c1;
      const Interval g = rational ? c0 : numerator / (number(1) + e);
      at.result.push_back(decide(number(question.gradient_scale) * g));
    }
    return at;
  });
}

// sum_k c_k (1 - y_k)^gamma (L - d_k), 1 - y_k = (outside of the group + (n - 1) e) / S.
template <class T>
Answer<T> focal(const Question<T>& question) {
  const ops::Target<T> target = question.coefficients.value_or(ops::Target<T>(question.target));
  const double gamma = question.parameter.value_or(ops::focal_loss->parameter.preset);
  if (gamma == 0) {
    Question<T> plain = question;
    plain.parameter.reset();
    plain.coefficients = target;
    return {{}, answer<T>(ops::cross_entropy, plain).loss};
  }
  if (target.is_ignored) return {{}, exact_zero<T>()};
  if (kind_of(question.logits, question.transform) != ZKind::finite) return {{}, exact_nan<T>()};
  const Groups<T> groups(question.logits, question.transform);
  return at_growing_precision<T>([&](mpfr_prec_t bits, Decision<T>& decide) {
    const TransformedRow<T> row(question.logits, question.transform, groups, bits);
    const Coefficients<T> c(target, question.logits.size(), bits);
    const Interval S = row.S(), L = row.L();
    std::vector<Interval> of_group(groups.size(), row.number(0));
    double infinite = 0;  // NaN if there are infinite terms of both signs
    for (std::size_t k = 0; k < question.logits.size(); ++k) {
      const std::size_t g = groups.of_class[k];
      if (g != Groups<T>::none)
        of_group[g] += c.of_class[k];
      else if (!c.of_class[k].is_zero())
        infinite += std::copysign(INFINITY, c.of_class[k].near());
    }
    if (infinite != 0)
      return Answer<T>{{}, std::isnan(infinite) ? exact_nan<T>() : exact_infinity<T>(infinite)};
    Interval sum = row.number(0);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (of_group[g].is_zero()) continue;
      const Interval rest = row.outside(g) + row.e(g) * row.number(groups.count[g] - 1);
      sum += of_group[g] * power(rest / S, gamma) * (L - row.d(g));
    }
    return Answer<T>{{}, decide(sum / c.denominator)};
  });
}

const RegisterGeneralSolver of_binary{
    ops::binary_cross_entropy,
    []<class T>(const Question<T>& question) { return binary(question); }};
const RegisterGeneralSolver of_focal{
    ops::focal_loss, []<class T>(const Question<T>& question) { return focal(question); }};

}  // namespace
}  // namespace maxtrick::oracle
