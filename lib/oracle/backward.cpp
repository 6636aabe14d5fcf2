// Exact derivatives of softmax and log-softmax for derivatives dy of what follows them.
//
//   softmax      g_i = z'_i y_i (dy_i - sum_j y_j dy_j) = z'_i e_i N_i / S^2,
//                N_i = dy_i S - sum_g D_g e_g,  D_g the sum of dy over group g
//   log-softmax  g_i = z'_i (dy_i - y_i D) = z'_i (e_i (n_i dy_i - D) + dy_i outside_i) / S,
//                D the sum of all dy
//
// N_i is 0 exactly if n_g dy_i = D_g for every group, and dy_i = 0 if there is a sink: the e_g are
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
    const Interval S = row.S(), divisor = S * S;
    Interval mean = row.number(0);
    for (std::size_t g = 0; g < groups.size(); ++g) mean += sums[g] * row.e(g);
    const auto is_zero = [&](const Interval& dy) {
      if (!row.sink().is_zero() && !dy.is_zero()) return false;
      for (std::size_t g = 0; g < groups.size(); ++g)
        if (!(row.number(groups.count[g]) * dy - sums[g]).is_zero()) return false;
      return true;
    };
    Answer<T> at;
    for (std::size_t k = 0; k < n && decide.complete(); ++k) {
      const std::size_t g = groups.of_class[k];
      const Interval dy = row.number(question.factors[k]);
      Interval N = dy * S - mean;
      const bool signed_ = N.positive() || N.negative();
      if (g == Groups<T>::none || (!signed_ && is_zero(dy)))
        at.result.push_back(exact_zero<T>());
      else
        at.result.push_back(decide(row.slope(g) * row.e(g) * N / divisor));
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
    const Interval S = row.S();
    Answer<T> at;
    for (std::size_t k = 0; k < n && decide.complete(); ++k) {
      const std::size_t g = groups.of_class[k];
      const Interval dy = row.number(question.factors[k]);
      if (g == Groups<T>::none) {
        at.result.push_back(question.transform.masked(k)
                                ? exact_zero<T>()
                                : decide(row.slope_at(question.logits[k]) * dy));
        continue;
      }
      // If the dy cancel, the result is dy, of which an interval of S dy / S would never become a point.
      if (total.is_zero()) {
        at.result.push_back(decide(row.slope(g) * dy));
        continue;
      }
      const Interval difference = row.number(groups.count[g]) * dy - total;
      at.result.push_back(decide(row.slope(g) * (row.e(g) * difference + dy * row.outside(g)) / S));
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
