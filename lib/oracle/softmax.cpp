// Exact softmax: enclosure.hpp has the formulas and the proof.
#include "ops/softmax.hpp"

#include "oracle/enclosure.hpp"
#include "oracle/first_stage.hpp"
#include "oracle/general.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {
namespace {

template <class T>
std::optional<std::vector<numerics::Exact<T>>> evaluate(const Logits<T>& logits, mpfr_prec_t bits) {
  Enclosure<T> row(logits, bits, true);
  std::vector<numerics::Exact<T>> results;
  results.reserve(logits.value.size());
  mpfr_add_ui(row.rest_low, row.rest_low, 1, MPFR_RNDD);
  mpfr_add_ui(row.rest_high, row.rest_high, 1, MPFR_RNDU);
  mpfr_ui_div(row.low, 1, row.rest_high, MPFR_RNDD);
  mpfr_ui_div(row.high, 1, row.rest_low, MPFR_RNDU);
  if (!row.round_into(results)) return std::nullopt;
  for (std::size_t j = 1; j < logits.value.size(); ++j) {
    mpfr_div(row.low, row.exponential(j), row.rest_high, MPFR_RNDD);
    mpfr_div(row.high, row.successor(row.exponential(j)), row.rest_low, MPFR_RNDU);
    if (!row.round_into(results)) return std::nullopt;
  }
  return results;
}

// Also what a positive probability rounds to if it is far below the subnormal numbers.
template <class T>
numerics::Exact<T> zero() {
  using Limits = std::numeric_limits<T>;
  return {T{0}, 0, Limits::min_exponent - Limits::digits, false};
}

template <class T>
std::optional<std::vector<numerics::Exact<T>>> in_pairs(const Logits<T>& logits) {
  const FirstStage<T> row(logits);
  if (!row.applies()) return std::nullopt;
  const DoubleDouble share = reciprocal(row.rest() + 1.0);
  std::vector<numerics::Exact<T>> results;
  results.reserve(logits.value.size());
  for (std::size_t j = 0; j < logits.value.size(); ++j) {
    const auto exponential = j == 0 ? Scaled{1.0} : row.exponential_of(j);
    if (!exponential) {
      results.push_back(zero<T>());
      continue;
    }
    const Scaled y{exponential->value * share, exponential->exponent};
    const auto result = rounded<T>(y, FirstStage<T>::error * y.value.high);
    if (!result) return std::nullopt;
    results.push_back(*result);
  }
  return results;
}

const RegisterSolver registered{
    ops::softmax, []<class T>(const Question<T>& question) {
      return Answer<T>{for_each_class(question, zero<T>(), in_pairs<T>, evaluate<T>)};
    }};

// y_g = e^d_g / S. A row without a finite z and with a sink has probabilities 0.
const RegisterGeneralSolver general{
    ops::softmax, []<class T>(const Question<T>& question) {
      if (kind_of(question.logits, question.transform) != ZKind::finite)
        return all_nan<T>(question.logits.size());
      return for_each_group(question, zero<T>(), [](const TransformedRow<T>& row) {
        return [&row, S = row.S()](std::size_t g) { return row.e(g) / S; };
      });
    }};

}  // namespace
}  // namespace maxtrick::oracle
