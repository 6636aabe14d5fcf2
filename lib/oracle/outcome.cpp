#include "oracle/outcome.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "numerics/exponential.hpp"
#include "numerics/small_float.hpp"

namespace maxtrick::oracle {
namespace {

// What the outcome of an output depends on, apart from the output itself.
struct Row {
  ops::Op op;
  bool special;       // the logits have NaN or +inf, or are nothing but -inf
  bool all_vanished;  // every output represents a probability of 0
  double tolerance_ulp;
  bool own_special_values;
};

// Whether the number represents a probability, or a sum, of 0.
template <class T>
bool vanished(ops::Op op, T got) {
  constexpr T infinity = std::numeric_limits<T>::infinity();
  switch (op->values) {
    case ops::Values::probabilities: break;
    case ops::Values::logarithms: return got == -infinity;
    case ops::Values::losses: return got == infinity;
    case ops::Values::numbers:
    case ops::Values::indicators: return false;
  }
  return got == 0;
}

template <class T>
bool belongs_to_special_row(ops::Op op, const numerics::Exact<T>& exact) {
  // An exact log-probability of -inf belongs to one masked class, not to a special row.
  const bool masked = op->distribution && vanished(op, exact.rounded);
  return exact.special && !masked;
}

template <class T>
Outcome judge_one(const Row& row, const numerics::Exact<T>& exact, T got, double error_ulp) {
  if (got == exact.rounded || error_ulp <= row.tolerance_ulp) return Outcome::ok;
  if (row.special && row.own_special_values) return Outcome::differs;
  if (std::isnan(double{got}))
    return std::isnan(double{exact.rounded}) ? Outcome::ok : Outcome::nan;
  if (exact.special) return Outcome::wrong;
  if (vanished(row.op, got)) {
    if (row.all_vanished && row.op->distribution) return Outcome::overflow;
    constexpr double lost_beside_one = std::numeric_limits<T>::epsilon() / 2;
    const bool probability = row.op->values == ops::Values::probabilities && row.op->distribution;
    return probability && exact.value() >= lost_beside_one ? Outcome::wrong : Outcome::underflow;
  }
  if (std::isinf(double{got})) return Outcome::overflow;
  return relative_error(exact, got) < 0.5 ? Outcome::inaccurate : Outcome::wrong;
}

}  // namespace

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok: return "ok";
    case Outcome::inaccurate: return "inaccurate";
    case Outcome::differs: return "differs";
    case Outcome::wrong: return "wrong";
    case Outcome::underflow: return "underflow";
    case Outcome::overflow: return "overflow";
    case Outcome::nan: return "nan";
  }
  return {};
}

template <class T>
Verdict judge(ops::Op op, std::span<const numerics::Exact<T>> exact, std::span<const T> got,
              double tolerance_ulp, bool own_special_values) {
  if (exact.size() != got.size())
    throw std::invalid_argument(
        "the number of outputs of a row differs from the number of exact values");
  const Row row{
      op,
      std::any_of(exact.begin(), exact.end(),
                  [op](const numerics::Exact<T>& y) { return belongs_to_special_row(op, y); }),
      std::all_of(got.begin(), got.end(), [op](T x) { return vanished(op, x); }), tolerance_ulp,
      own_special_values};

  Verdict verdict;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double error = error_ulp(exact[i], got[i]);
    verdict.max_error_ulp = std::max(verdict.max_error_ulp, error);
    verdict.sum_error_ulp += error;
    const Outcome outcome = judge_one(row, exact[i], got[i], error);
    verdict.outcome = std::max(verdict.outcome, outcome);
    if (outcome != Outcome::ok && !verdict.first_bad_index) verdict.first_bad_index = i;
  }
  return verdict;
}

template <class T>
std::optional<double> sum_minus_1(ops::Op op, std::span<const T> got) {
  if (!op->distribution || ops::takes_targets(op)) return std::nullopt;
  // -1 is the first term. If it were added at the end, rounding would lose the digits that the
  // compensation has kept.
  double sum = -1;
  double compensation = 0;
  for (const T y : got) {
    const double term =
        op->values == ops::Values::probabilities ? double{y} : numerics::exponential(double{y});
    const double next = sum + term;
    compensation += std::fabs(sum) >= std::fabs(term) ? (sum - next) + term : (term - next) + sum;
    sum = next;
  }
  // If the sum is infinite, the compensation is NaN.
  return std::isfinite(sum) ? sum + compensation : sum;
}

template <class T>
Verdict judge(ops::Op op, const Answer<T>& answer, std::span<const T> got, const T* loss,
              double tolerance_ulp, bool own_special_values) {
  if (!ops::takes_targets(op))
    return judge<T>(op, answer.result, got, tolerance_ulp, own_special_values);
  Verdict all =
      judge<T>(op, {&answer.loss.value(), 1}, {loss, 1}, tolerance_ulp, own_special_values);
  if (op->output != ops::Output::loss_and_gradient) return all;
  const Verdict of_gradient = judge<T>(gradient_op, answer.result, got, tolerance_ulp, false);
  all.outcome = std::max(all.outcome, of_gradient.outcome);
  all.max_error_ulp = std::max(all.max_error_ulp, of_gradient.max_error_ulp);
  all.sum_error_ulp += of_gradient.sum_error_ulp;
  return all;
}

template Verdict judge(ops::Op, const Answer<float>&, std::span<const float>, const float*, double,
                       bool);
template Verdict judge(ops::Op, const Answer<double>&, std::span<const double>, const double*,
                       double, bool);
template Verdict judge(ops::Op, const Answer<numerics::Float16>&,
                       std::span<const numerics::Float16>, const numerics::Float16*, double, bool);
template Verdict judge(ops::Op, const Answer<numerics::BFloat16>&,
                       std::span<const numerics::BFloat16>, const numerics::BFloat16*, double,
                       bool);
template Verdict judge(ops::Op, std::span<const numerics::Exact<float>>, std::span<const float>,
                       double, bool);
template Verdict judge(ops::Op, std::span<const numerics::Exact<double>>, std::span<const double>,
                       double, bool);
template Verdict judge(ops::Op, std::span<const numerics::Exact<numerics::Float16>>,
                       std::span<const numerics::Float16>, double, bool);
template Verdict judge(ops::Op, std::span<const numerics::Exact<numerics::BFloat16>>,
                       std::span<const numerics::BFloat16>, double, bool);
template std::optional<double> sum_minus_1(ops::Op, std::span<const float>);
template std::optional<double> sum_minus_1(ops::Op, std::span<const double>);
template std::optional<double> sum_minus_1(ops::Op, std::span<const numerics::Float16>);
template std::optional<double> sum_minus_1(ops::Op, std::span<const numerics::BFloat16>);

}  // namespace maxtrick::oracle
