#include "worst/judge.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <type_traits>

#include "numerics/compensated_sum.hpp"
#include "numerics/error.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"

namespace maxtrick::worst {
namespace {

using numerics::Exact;
using oracle::Stages;

// The results of some rows: outputs(op, classes) numbers of each, and one loss.
template <class S>
struct Results {
  std::vector<S> numbers, losses;
};

// A is the type of the computation, S that of the results.
template <class S, class A>
Results<S> results_of(const ops::Variant& variant, const std::vector<Input>& inputs) {
  const std::size_t rows = inputs.size(), classes = inputs.front().logits.size();
  const std::size_t outputs = ops::outputs(variant.op, classes);
  std::vector<A> logits, numbers(rows * outputs), losses(rows);
  std::vector<std::int32_t> targets;
  for (const Input& input : inputs) {
    for (const double x : input.logits) logits.push_back(static_cast<A>(x));
    targets.push_back(static_cast<std::int32_t>(input.target));
  }
  variant.compute<A>()(
      ops::only_arguments_of<A>(variant.op, {.logits = {logits.data(), rows, classes},
                                             .result = {numbers.data(), rows, outputs},
                                             .targets = {.index = targets},
                                             .losses = losses}));
  return {{numbers.begin(), numbers.end()}, {losses.begin(), losses.end()}};
}

template <class S>
double error_of(const Exact<S>& exact, S got, double floor = 0) {
  constexpr double above_half = 0x1.0000000000001p-1;
  if (floor == 0)
    return got == exact.rounded ? numerics::error_ulp(exact, got)
                                : std::max(numerics::error_ulp(exact, got), above_half);
  return numerics::absolute_error(exact, got) /
         numerics::ulp<S>(std::max(std::abs(exact.value()), floor));
}

// Each entry of the gradient is the probability of its class, except for the target: minus the sum
// of the other probabilities. That sum and the computed entry cancel to the error, which the
// compensated sum keeps.
template <class S>
double gradient_error(const std::vector<Exact<S>>& probabilities, std::size_t target,
                      std::span<const S> got) {
  if (!std::isfinite(double{got[target]})) return std::numeric_limits<double>::infinity();
  double worst = 0, others = 0;
  numerics::Sum difference;
  difference += double{got[target]};
  for (std::size_t k = 0; k < got.size(); ++k) {
    if (k == target) continue;
    const Exact<S>& y = probabilities[k];
    worst = std::max(worst, error_of(y, got[k]));
    others += y.value();
    difference += double{y.rounded};
    difference += std::ldexp(y.rest, y.ulp_exponent);
  }
  return std::max(worst, std::abs(difference.value()) / numerics::ulp<S>(others));
}

template <class S>
double row_error(ops::Op op, const Input& input, std::span<const S> got, S loss, double floor,
                 Stages stages) {
  std::vector<S> logits;
  for (const double x : input.logits) logits.push_back(static_cast<S>(x));
  const oracle::Question<S> question{.logits = logits, .stages = stages, .target = input.target};
  double worst = 0;
  if (ops::takes_targets(op))
    worst = error_of(oracle::answer<S>(ops::cross_entropy, question).loss.value(), loss, floor);
  if (op->output == ops::Output::loss) return worst;
  if (op->output == ops::Output::loss_and_gradient)
    return std::max(worst, gradient_error<S>(oracle::answer<S>(ops::softmax, question).result,
                                             input.target, got));
  const auto exact = oracle::answer<S>(op, question).result;
  for (std::size_t i = 0; i < exact.size(); ++i)
    worst = std::max(worst, error_of(exact[i], got[i], floor));
  return worst;
}

template <class S>
std::vector<double> errors_in(const ops::Variant& variant, ops::DType dtype,
                              const std::vector<Input>& inputs, Stages stages) {
  const Results<S> got = [&] {
    if constexpr (numerics::Small<S>)
      if (ops::computes_in_float32(dtype) && !variant.small_in_float32)
        return results_of<S, float>(variant, inputs);
    return results_of<S, S>(variant, inputs);
  }();
  const double floor = bound_of(variant, dtype).floor;
  const std::size_t outputs = got.numbers.size() / inputs.size();
  std::vector<double> errors;
  for (std::size_t r = 0; r < inputs.size(); ++r)
    errors.push_back(row_error<S>(variant.op, inputs[r],
                                  std::span(got.numbers).subspan(r * outputs, outputs),
                                  got.losses[r], floor, stages));
  return errors;
}

}  // namespace

Bound bound_of(const ops::Variant& variant, ops::DType dtype) {
  return ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
    Bound bound{.largest_logit = std::numeric_limits<S>::max()};
    if (numerics::Small<S> && !(ops::computes_in_float32(dtype) && variant.small_in_float32))
      return bound;
    const ops::Claim& claim = variant.claim<S>();
    bound.floor = claim.floor;
    if (std::is_same_v<S, float> && std::isfinite(variant.claimed_ulp)) {
      bound.ulp = variant.claimed_ulp;
    } else if (std::isfinite(claim.max_ulp)) {
      bound.ulp = claim.max_ulp;
      bound.largest_logit = claim.max_abs_logit;
    }
    return bound;
  });
}

table::Cell stated(double error) {
  table::Cell cell = table::short_number(error);
  if (!std::isfinite(error) || cell.number() >= error) return cell;
  double step = 1e-5;  // between numbers of six digits from 1 to 10
  for (double power = 1; error < power; power /= 10) step /= 10;
  for (double power = 10; error >= power; power *= 10) step *= 10;
  return table::short_number(*cell.number() + step);
}

std::vector<double> errors(const ops::Variant& variant, ops::DType dtype,
                           const std::vector<Input>& inputs, Stages stages) {
  return ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
    return errors_in<S>(variant, dtype, inputs, stages);
  });
}

}  // namespace maxtrick::worst
