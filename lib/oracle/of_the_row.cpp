// Exact z-loss, hardmax and merge.
#include "ops/hardmax.hpp"
#include "ops/merge.hpp"
#include "ops/z_loss.hpp"
#include "oracle/general.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {
namespace {

// factor (m + L)^2. Without a soft cap, the temperature divides at the end, because m may be rational.
template <class T>
Answer<T> z_loss(const Question<T>& question) {
  const double factor = question.parameter.value_or(ops::z_loss->parameter.preset);
  const ZKind kind = kind_of(question.logits, question.transform);
  if (kind == ZKind::nan) return all_nan<T>(1);
  if (factor == 0) return {{exact_zero<T>()}};
  if (kind != ZKind::finite) return {{exact_infinity<T>(factor)}};
  const Groups<T> groups(question.logits, question.transform);
  return at_growing_precision<T>([&](mpfr_prec_t bits, Decision<T>& decide) {
    const TransformedRow<T> row(question.logits, question.transform, groups, bits);
    if (question.transform.soft_cap != T(0) || row.top() == Groups<T>::none) {
      const Interval y = row.m() + row.L();
      return Answer<T>{{decide(row.number(factor) * (y * y))}};
    }
    const Interval temperature = row.number(question.transform.temperature);
    const Interval y = row.z_times_temperature(row.top()) + temperature * row.L();
    return Answer<T>{{decide(row.number(factor) * (y * y) / (temperature * temperature))}};
  });
}

// Whether z of class k is above that of class j; both are finite. tanh is monotonic, so that a soft cap
// alone does not change the order.
template <class T>
bool is_above(const Question<T>& question, std::size_t k, std::size_t j) {
  const ops::RowTransform<T>& by = question.transform;
  const T x = question.logits[k], y = question.logits[j];
  const bool same_bias = by.bias.empty() || by.bias[k] == by.bias[j];
  if (same_bias) return by.scale < T(0) ? x < y : x > y;
  if (x == y) return by.bias[k] > by.bias[j];
  const std::vector<T> logits{x, y}, bias{by.bias[k], by.bias[j]};
  ops::RowTransform<T> two = by;
  two.bias = bias;
  two.mask = {};
  two.sink.reset();
  const Groups<T> groups(logits, two);
  if (groups.size() == 1) return false;
  for (mpfr_prec_t bits = 192; bits <= max_bits; bits *= 2) {
    const TransformedRow<T> row(logits, two, groups, bits);
    const Interval difference = row.z(0) - row.z(1);
    if (difference.positive() || difference.negative()) return difference.positive();
  }
  throw std::runtime_error("the oracle cannot decide which of two logits is larger");
}

// The first largest z. A row with NaN has NaN, as in the other ops; +inf is the largest number.
template <class T>
Answer<T> hardmax(const Question<T>& question) {
  const std::size_t n = question.logits.size();
  if (kind_of(question.logits, question.transform) == ZKind::nan) return all_nan<T>(n);
  const auto place = [](ZKind kind) {
    return kind == ZKind::plus_infinity ? 2 : kind == ZKind::finite ? 1 : 0;
  };
  std::size_t best = 0;
  int best_place = -1;
  for (std::size_t k = 0; k < n; ++k) {
    const int own = place(kind_of(question.logits, question.transform, k));
    if (own > best_place || (own == 1 && best_place == 1 && is_above(question, k, best))) {
      best = k;
      best_place = own;
    }
  }
  Answer<T> answer;
  answer.result.assign(n, exact_zero<T>());
  answer.result[best] = {T(1), 0, 1 - std::numeric_limits<T>::digits, false};
  return answer;
}

// v + sum over the other groups of e_g (V_g - n_g v) / S, V_g the sum of the values of group g and v their
// mean in the group of m; with the sink as m, v is 0.
template <class T>
Answer<T> merge(const Question<T>& question) {
  const ZKind kind = kind_of(question.logits, question.transform);
  if (kind == ZKind::minus_infinity) return {{exact_zero<T>()}};
  if (kind != ZKind::finite) return all_nan<T>(1);
  const Groups<T> groups(question.logits, question.transform);
  return at_growing_precision<T>([&](mpfr_prec_t bits, Decision<T>& decide) {
    const TransformedRow<T> row(question.logits, question.transform, groups, bits);
    std::vector<Interval> values(groups.size(), row.number(0));
    for (std::size_t k = 0; k < question.factors.size(); ++k)
      if (groups.of_class[k] != Groups<T>::none)
        values[groups.of_class[k]] += row.number(question.factors[k]);
    // If the values of every group have the same mean, and there is no sink, the result is that mean:
    // the e_g are linearly independent over the rational numbers.
    bool constant = row.sink().is_zero();
    for (std::size_t g = 1; constant && g < groups.size(); ++g)
      constant = (values[g] * row.number(groups.count[0]) - values[0] * row.number(groups.count[g]))
                     .is_zero();
    if (constant) return Answer<T>{{decide(values[0] / row.number(groups.count[0]))}};
    const std::size_t top = row.top();
    const Interval v =
        top == Groups<T>::none ? row.number(0) : values[top] / row.number(groups.count[top]);
    Interval sum = -(row.sink() * v);
    for (std::size_t g = 0; g < groups.size(); ++g)
      if (g != top) sum += row.e(g) * (values[g] - row.number(groups.count[g]) * v);
    return Answer<T>{{decide(v + sum / row.S())}};
  });
}

const RegisterGeneralSolver of_z_loss{
    ops::z_loss, []<class T>(const Question<T>& question) { return z_loss(question); }};
const RegisterGeneralSolver of_hardmax{
    ops::hardmax, []<class T>(const Question<T>& question) { return hardmax(question); }};
const RegisterGeneralSolver of_merge{
    ops::merge, []<class T>(const Question<T>& question) { return merge(question); }};

}  // namespace
}  // namespace maxtrick::oracle
