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
//
// The gradient (ops/focal_loss.hpp). f_g is a_k / c_k of the classes of group g, C_g the sum of their c_k, and
// rest_h = 1 - y_h. Three forms enclose g_k of a class of group h from different sides, as residual() does:
//   (e_h sum_{g != h} f_g C_g - c_k f_h outside_h + e_h f_h (C_h - n_h c_k)) / S
//   -c_k + (y_h sum_g f_g C_g - c_k (f_h - 1))
//   C' + (E' - rest_h (C' + E' + c_k f_h))   for n_h = 1, with C' and E' the sums of the other c and c (f - 1)
// In the first, what cancels within the group is an exact 0. The others know on which side of -c_k or C' the
// result lies if y is beyond any precision near 0 or 1, because f - 1 is enclosed without cancellation.
template <class T>
class FocalGradient {
 public:
  FocalGradient(const Question<T>& question, const Groups<T>& groups, const TransformedRow<T>& row,
                const Coefficients<T>& c, const std::vector<Interval>& of_group)
      : question_(question),
        groups_(groups),
        row_(row),
        c_(c),
        C_(row.number(0)),
        masked_(row.number(0)) {
    // f is 1 for y = 0.
    for (std::size_t k = 0; k < question.logits.size(); ++k) {
      C_ += c.of_class[k];
      if (groups.of_class[k] == Groups<T>::none) masked_ += c.of_class[k];
    }
    std::vector<Interval> fC, excess;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      add_factor(g);
      fC.push_back(f_[g] * of_group[g]);
      excess.push_back(above_1_[g] * of_group[g]);
    }
    fC_ = sums_of_others(fC);
    excess_ = sums_of_others(excess);
    of_group_ = of_group;
  }

  // Of class k, times the common denominator of the coefficients.
  [[nodiscard]] Interval operator()(std::size_t k) const {
    const std::size_t h = groups_.of_class[k];
    const Interval& c = c_.of_class[k];
    if (h == Groups<T>::none) return -c;
    const Interval n = row_.number(row_.count(h)), S = row_.S();
    const Interval others = fC_[h] + masked_;
    const Interval y = row_.e(h) / S, cf = c * f_[h];
    Interval g =
        (row_.e(h) * others - cf * row_.outside(h) + row_.e(h) * f_[h] * (of_group_[h] - n * c)) /
        S;
    const Interval second = y * (others + f_[h] * of_group_[h]) - c * above_1_[h];
    g = intersection(g, second - c);
    if (row_.count(h) != 1) return g;
    const Interval C = C_ - c, rest = row_.outside(h) / S;
    return intersection(g, C + (excess_[h] - rest * (C + excess_[h] + cf)));
  }

 private:
  // f = P (1 + gamma r) and f - 1 = (P - 1) + gamma r P, with P = (1 - y)^gamma = e^t, t = gamma log(1 - y) and
  // r = e (L - d) / rest. For t <= 0, P - 1 is from t to t + t^2 / 2.
  void add_factor(std::size_t g) {
    const double gamma = question_.parameter.value_or(ops::focal_loss->parameter.preset);
    const Interval one = row_.number(1), S = row_.S();
    const Interval rest = row_.outside(g) + row_.e(g) * row_.number(groups_.count[g] - 1);
    if (rest.is_zero()) {  // y is 1
      f_.push_back(row_.number(0));
      above_1_.push_back(-one);
      return;
    }
    const Interval P = power(rest / S, gamma);
    const Interval from_r = row_.number(gamma) * (row_.e(g) * (row_.L() - row_.d(g)) / rest) * P;
    f_.push_back(P + from_r);
    Interval P_minus_1 = P - one;
    // Only where y is small does the second form enclose more tightly.
    if (static_cast<double>(row_.d(g).near()) < -64) {
      const Interval t = row_.number(gamma) * log1p(-(row_.e(g) / S));
      Interval at_most = t * t / row_.number(2);
      mpfr_set_zero(at_most.low(), 1);
      P_minus_1 = intersection(P_minus_1, t + at_most);
    }
    above_1_.push_back(P_minus_1 + from_r);
  }

  // For each group, the sum over the others, without a subtraction.
  [[nodiscard]] std::vector<Interval> sums_of_others(const std::vector<Interval>& of) const {
    std::vector<Interval> sums;
    Interval sum = row_.number(0);
    for (const Interval& one : of) {
      sums.push_back(sum);
      sum += one;
    }
    sum = row_.number(0);
    for (std::size_t g = of.size(); g-- > 0;) {
      sums[g] += sum;
      sum += of[g];
    }
    return sums;
  }

  const Question<T>& question_;
  const Groups<T>& groups_;
  const TransformedRow<T>& row_;
  const Coefficients<T>& c_;
  Interval C_, masked_;
  std::vector<Interval> f_, above_1_, fC_, excess_, of_group_;
};

template <class T>
Answer<T> focal(const Question<T>& question) {
  const ops::Target<T> target = question.coefficients.value_or(ops::Target<T>(question.target));
  const double gamma = question.parameter.value_or(ops::focal_loss->parameter.preset);
  if (gamma == 0) {
    Question<T> plain = question;
    plain.parameter.reset();
    plain.coefficients = target;
    return answer<T>(ops::cross_entropy, plain);
  }
  const std::size_t entries = question.with_gradient ? question.logits.size() : 0;
  if (target.is_ignored) return {std::vector(entries, exact_zero<T>()), exact_zero<T>()};
  if (kind_of(question.logits, question.transform) != ZKind::finite)
    return {std::vector(entries, exact_nan<T>()), exact_nan<T>()};
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
    Interval sum = row.number(0);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const Interval rest = row.outside(g) + row.e(g) * row.number(groups.count[g] - 1);
      if (!of_group[g].is_zero()) sum += of_group[g] * power(rest / S, gamma) * (L - row.d(g));
    }
    Answer<T> at;
    at.loss = infinite == 0          ? decide(sum / c.denominator)
              : std::isnan(infinite) ? exact_nan<T>()
                                     : exact_infinity<T>(infinite);
    if (entries == 0) return at;
    const FocalGradient<T> gradient(question, groups, row, c, of_group);
    const Interval scale = row.number(question.gradient_scale);
    for (std::size_t k = 0; k < entries && decide.complete(); ++k) {
      const Interval g = scale * gradient(k);
      at.result.push_back(question.transform.masked(k)
                              ? exact_zero<T>()
                              : decide(row.times_slope(g, question.logits[k], c.denominator)));
    }
    return at;
  });
}

const RegisterGeneralSolver of_binary{
    ops::binary_cross_entropy,
    []<class T>(const Question<T>& question) { return binary(question); }};
const RegisterGeneralSolver of_focal{
    ops::focal_loss, []<class T>(const Question<T>& question) { return focal(question); }};

}  // namespace
}  // namespace maxtrick::oracle
