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
#include "oracle/enclosure.hpp"
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

}  // namespace
}  // namespace maxtrick::oracle
