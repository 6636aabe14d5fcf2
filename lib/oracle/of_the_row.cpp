// Exact z-loss, hardmax and merge.
#include "ops/hardmax.hpp"
#include "ops/merge.hpp"
#include "ops/z_loss.hpp"
#include "oracle/general.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {
namespace {

// factor (m + L)^2.
template <class T>
Answer<T> z_loss(const Question<T>& question) {
  const T factor = question.parameter.value_or(static_cast<T>(ops::z_loss->parameter.preset));
  const ZKind kind = kind_of(question.logits, question.transform);
  if (factor == T(0) && kind != ZKind::nan) return {{exact_zero<T>()}};
  if (kind == ZKind::nan) return all_nan<T>(1);
  if (kind != ZKind::finite) return {{exact_infinity<T>(static_cast<double>(factor))}};
  const Groups<T> groups(question.logits, question.transform);
  return at_growing_precision<T>([&](mpfr_prec_t bits, Decision<T>& decide) {
    const TransformedRow<T> row(question.logits, question.transform, groups, bits);
    const Interval y = row.m() + row.L();
    return Answer<T>{{decide(row.number(factor) * (y * y))}};
  });
}

// Comparisons of exact z. A row with NaN has NaN, as in the other ops; +inf and -inf are numbers that
// can be compared.
template <class T>
Answer<T> hardmax(const Question<T>& question) {
  const std::size_t n = question.logits.size();
  if (kind_of(question.logits, question.transform) == ZKind::nan) return all_nan<T>(n);
  const Groups<T> groups(question.logits, question.transform);
  std::size_t best = 0;
  if (groups.size() > 0) {
    const TransformedRow<T> row(question.logits, question.transform, groups, 4096);
    std::size_t top = 0;
    for (std::size_t g = 1; g < groups.size(); ++g) {
      Interval difference = row.z(g) - row.z(top);
      if (mpfr_sgn(difference.low()) > 0) top = g;
    }
    best = groups.first[top];
  }
  for (std::size_t k = n; k-- > 0;)
    if (kind_of(question.logits, question.transform, k) == ZKind::plus_infinity) best = k;
  Answer<T> answer;
  answer.result.assign(n, exact_zero<T>());
  const numerics::Exact<T> one{T(1), 0, 1 - std::numeric_limits<T>::digits, false};
  answer.result[best] = one;
  return answer;
}

// sum_g e_g V_g / S, V_g the sum of the values of group g.
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
    Interval sum = row.number(0);
    for (std::size_t g = 0; g < groups.size(); ++g) sum += row.e(g) * values[g];
    // If the values of every group have the same mean, and there is no sink, the result is that mean:
    // the e_g are linearly independent over the rational numbers.
    bool constant = row.sink().is_zero();
    for (std::size_t g = 1; constant && g < groups.size(); ++g)
      constant = (values[g] * row.number(groups.count[0]) - values[0] * row.number(groups.count[g]))
                     .is_zero();
    return Answer<T>{{decide(constant ? values[0] / row.number(groups.count[0]) : sum / row.S())}};
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
