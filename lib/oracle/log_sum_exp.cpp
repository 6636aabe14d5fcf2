// Exact log-sum-exp: enclosure.hpp has the formulas and the proof.
#include "ops/log_sum_exp.hpp"

#include "oracle/enclosure.hpp"
#include "oracle/first_stage.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {
namespace {

template <class T>
std::optional<std::vector<numerics::Exact<T>>> evaluate(const Logits<T>& logits, mpfr_prec_t bits) {
  Enclosure<T> row(logits, bits, false);
  std::vector<numerics::Exact<T>> results;
  row.take_logarithm();
  mpfr_add_d(row.low, row.rest_low, logits.value.front(), MPFR_RNDD);
  mpfr_add_d(row.high, row.rest_high, logits.value.front(), MPFR_RNDU);
  if (!row.round_into(results)) return std::nullopt;
  return results;
}

template <class T>
std::optional<std::vector<numerics::Exact<T>>> in_pairs(const Logits<T>& logits) {
  const FirstStage<T> row(logits);
  if (!row.applies()) return std::nullopt;
  const DoubleDouble logarithm = log1p(row.rest());
  const DoubleDouble y = logarithm + double{logits.value.front()};
  const auto result =
      rounded<T>({y}, FirstStage<T>::error * logarithm.high + 0x1p-104 * std::fabs(y.high));
  if (!result) return std::nullopt;
  return std::vector{*result};
}

const RegisterSolver registered{
    ops::log_sum_exp, []<class T>(const Question<T>& question) {
      const T largest = largest_or_nan(question.logits);
      if (!std::isfinite(largest)) return Answer<T>{{special(largest)}};
      return Answer<T>{
          decide(Logits<T>(question.logits), question.stages, in_pairs<T>, evaluate<T>)};
    }};

}  // namespace
}  // namespace maxtrick::oracle
