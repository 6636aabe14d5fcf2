// Exact derivatives of softmax and log-softmax for derivatives dy of what follows them.
//
//   softmax      g_i = z'_i y_i w_i,  w_i = dy_i - M / S,  M = sum_g D_g e_g,  D_g the sum of dy over group g
//   log-softmax  g_i = z'_i (dy_i - y_i D),  D the sum of all dy
//
// w_i has a second form, in which the terms of the group of m come first:
//   ((n dy_i - D_m) + sum over the others of e_g (n_g dy_i - D_g)) / S
// It is 0 exactly if dy_i is the mean D_g / n_g of every group, and 0 if there is a sink: the e_g are
// linearly independent over the rational numbers.
#include "ops/log_softmax_backward.hpp"
#include "ops/softmax_backward.hpp"
#include "oracle/general.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {
namespace {

template <class T>
std::vector<Interval> sums_of_groups(const Question<T>& question, const Groups<T>& groups,
                                     const TransformedRow<T>& row) {
  std::vector<Interval> sums(groups.size(), row.number(0));
  for (std::size_t k = 0; k < question.factors.size(); ++k)
    if (groups.of_class[k] != Groups<T>::none)
      sums[groups.of_class[k]] += row.number(question.factors[k]);
  return sums;
}

template <class T>
Answer<T> softmax_backward(const Question<T>& question) {
  const std::size_t n = question.logits.size();
  if (kind_of(question.logits, question.transform) != ZKind::finite) return all_nan<T>(n);
  const Groups<T> groups(question.logits, question.transform);
  return at_growing_precision<T>([&](mpfr_prec_t bits, Decision<T>& decide) {
    const TransformedRow<T> row(question.logits, question.transform, groups, bits);
    const std::vector<Interval> sums = sums_of_groups(question, groups, row);
    const Interval S = row.S();
    const std::size_t top = row.top();
    // M without the group of m; the common mean of all groups, if there is one.
    Interval of_others = row.number(0);
    bool common = row.sink().is_zero();
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (g != top) of_others += sums[g] * row.e(g);
      common =
          common &&
          (sums[g] * row.number(groups.count[0]) - sums[0] * row.number(groups.count[g])).is_zero();
    }
    const Interval of_top = top == Groups<T>::none ? row.number(0) : sums[top];
    const Interval count = row.number(top == Groups<T>::none ? 1 : groups.count[top]);
    Answer<T> at;
    for (std::size_t k = 0; k < n && decide.complete(); ++k) {
      const std::size_t g = groups.of_class[k];
      const Interval dy = row.number(question.factors[k]);
      const bool is_mean =
          common && g != Groups<T>::none && (dy * row.number(groups.count[0]) - sums[0]).is_zero();
      if (g == Groups<T>::none || is_mean) {
        at.result.push_back(exact_zero<T>());
        continue;
      }
      // With the sink as m, its dy is 0.
      const Interval ahead = count * dy - of_top, behind = dy * row.others() - of_others;
      const Interval w = intersection((ahead + behind) / S, dy - (of_top + of_others) / S);
      at.result.push_back(decide(row.times_slope(row.e(g) * w, question.logits[k], S)));
    }
    return at;
  });
}

template <class T>
Answer<T> log_softmax_backward(const Question<T>& question) {
  const std::size_t n = question.logits.size();
  if (kind_of(question.logits, question.transform) != ZKind::finite) return all_nan<T>(n);
  const Groups<T> groups(question.logits, question.transform);
  return at_growing_precision<T>([&](mpfr_prec_t bits, Decision<T>& decide) {
    const TransformedRow<T> row(question.logits, question.transform, groups, bits);
    Interval total = row.number(0);
    for (const T dy : question.factors) total += row.number(dy);
    const Interval S = row.S(), one = row.number(1);
    Answer<T> at;
    for (std::size_t k = 0; k < n && decide.complete(); ++k) {
      const std::size_t g = groups.of_class[k];
      const Interval dy = row.number(question.factors[k]);
      const T x = question.logits[k];
      if (g != Groups<T>::none)
        at.result.push_back(decide(row.times_slope(-residual(row, g, dy, total, S), x, one)));
      else if (question.transform.masked(k))
        at.result.push_back(exact_zero<T>());
      else
        at.result.push_back(decide(row.times_slope(dy, x, one)));
    }
    return at;
  });
}

const RegisterGeneralSolver of_softmax{
    ops::softmax_backward,
    []<class T>(const Question<T>& question) { return softmax_backward(question); }};
const RegisterGeneralSolver of_log_softmax{
    ops::log_softmax_backward,
    []<class T>(const Question<T>& question) { return log_softmax_backward(question); }};

}  // namespace
}  // namespace maxtrick::oracle
