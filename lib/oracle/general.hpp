// Decides the results of the general solvers by intervals of growing precision.
#pragma once

#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "numerics/interval.hpp"
#include "numerics/rounding.hpp"
#include "oracle/enclosure.hpp"
#include "oracle/transformed_row.hpp"

namespace maxtrick::oracle {

using numerics::Interval;

// Rounds enclosed numbers, and notes whether the precision does not decide one of them.
template <class T>
class Decision {
 public:
  explicit Decision(mpfr_prec_t bits) : round_(bits) {}

  numerics::Exact<T> operator()(Interval y) {
    if (!open_) return {};
    const auto exact = round_(y.low(), y.high());
    open_ = exact.has_value();
    return exact.value_or(numerics::Exact<T>{});
  }
  // For numbers whose sign the precision does not decide.
  void undecided() { open_ = false; }
  [[nodiscard]] bool complete() const { return open_; }

 private:
  numerics::Rounding<T> round_;
  bool open_ = true;
};

template <class T>
[[nodiscard]] numerics::Exact<T> exact_nan() {
  return special(std::numeric_limits<T>::quiet_NaN());
}
// +inf or -inf.
template <class T>
[[nodiscard]] numerics::Exact<T> exact_infinity(double sign) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  return special(sign < 0 ? -infinity : infinity);
}
template <class T>
[[nodiscard]] numerics::Exact<T> exact_zero() {
  using Limits = std::numeric_limits<T>;
  return {T{0}, 0, Limits::min_exponent - Limits::digits, false};
}

// evaluate(bits, decision) returns the Answer<T> at one precision.
template <class T, class Evaluate>
[[nodiscard]] Answer<T> at_growing_precision(Evaluate evaluate) {
  numerics::free_caches_with_the_thread();
  for (mpfr_prec_t bits = 192; bits <= max_bits; bits *= 2) {
    Decision<T> decision(bits);
    Answer<T> answer = evaluate(bits, decision);
    if (decision.complete()) return answer;
  }
  throw std::runtime_error("the oracle cannot decide the rounding of a result");
}

// The results of an op with one result for each class, of a row whose kind is finite. `of_row(row)`
// returns a function that encloses the result of the classes of a group. Classes whose z is -inf have
// the result `masked`.
template <class T, class OfRow>
[[nodiscard]] Answer<T> for_each_group(const Question<T>& question,
                                       const numerics::Exact<T>& masked, OfRow of_row) {
  const Groups<T> groups(question.logits, question.transform);
  return at_growing_precision<T>([&](mpfr_prec_t bits, Decision<T>& decide) {
    const TransformedRow<T> row(question.logits, question.transform, groups, bits);
    const auto of_group = of_row(row);
    std::vector<numerics::Exact<T>> of_groups;
    for (std::size_t g = 0; g < groups.size() && decide.complete(); ++g)
      of_groups.push_back(decide(of_group(g)));
    Answer<T> answer;
    if (!decide.complete()) return answer;
    for (const std::size_t g : groups.of_class)
      answer.result.push_back(g == Groups<T>::none ? masked : of_groups[g]);
    return answer;
  });
}

// r_k = y_k C - c for a class of group g. If C is 0, it is -c.
// Three forms of r_k enclose it from different sides, so that its digits are known wherever the two terms
// cancel, and so is the side of -c_k or C - c_k to which it lies if y_k is beyond any precision near 0 or 1:
//   (e_k (C - n_k c_k) - c_k outside_k) / S,   -c_k + C e_k / S,   and (C - c_k) - C outside_k / S for n_k = 1
template <class T>
[[nodiscard]] Interval residual(const TransformedRow<T>& row, std::size_t g, const Interval& c,
                                const Interval& C, const Interval& S) {
  if (C.is_zero()) return -c;
  const Interval n = row.number(row.count(g));
  Interval r =
      intersection((row.e(g) * (C - n * c) - c * row.outside(g)) / S, C * row.e(g) / S - c);
  return row.count(g) == 1 ? intersection(r, (C - c) - C * row.outside(g) / S) : r;
}

// The op has NaN in the whole row.
template <class T>
[[nodiscard]] Answer<T> all_nan(std::size_t results) {
  return {std::vector(results, exact_nan<T>())};
}

}  // namespace maxtrick::oracle
