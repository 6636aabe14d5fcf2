// Exact log-softmax: enclosure.hpp has the formulas and the proof.
#include "ops/log_softmax.hpp"

#include "oracle/enclosure.hpp"
#include "oracle/first_stage.hpp"
#include "oracle/general.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {
namespace {

template <class T>
std::optional<std::vector<numerics::Exact<T>>> evaluate(const Logits<T>& logits, mpfr_prec_t bits) {
  Enclosure<T> row(logits, bits, false);
  std::vector<numerics::Exact<T>> results;
  results.reserve(logits.value.size());
  row.take_logarithm();
  for (std::size_t j = 0; j < logits.value.size(); ++j) {
    mpfr_ptr difference = row.difference(j);
    mpfr_sub(row.low, difference, row.rest_high, MPFR_RNDD);
    mpfr_sub(row.high, difference, row.rest_low, MPFR_RNDU);
    if (!row.round_into(results)) return std::nullopt;
  }
  return results;
}

template <class T>
std::optional<std::vector<numerics::Exact<T>>> in_pairs(const Logits<T>& logits) {
  const FirstStage<T> row(logits);
  if (!row.applies()) return std::nullopt;
  const DoubleDouble logarithm = log1p(row.rest());
  std::vector<numerics::Exact<T>> results;
  results.reserve(logits.value.size());
  for (std::size_t j = 0; j < logits.value.size(); ++j) {
    const DoubleDouble y = row.difference(j) + -logarithm;
    const auto result = rounded<T>({y}, -0x1.2p-97 * y.high);
    if (!result) return std::nullopt;
    results.push_back(*result);
  }
  return results;
}

const RegisterSolver registered{
    ops::log_softmax, []<class T>(const Question<T>& question) {
      const auto masked = special(-std::numeric_limits<T>::infinity());
      return Answer<T>{for_each_class(question, masked, in_pairs<T>, evaluate<T>)};
    }};

// y_g = d_g - L.
const RegisterGeneralSolver general{
    ops::log_softmax, []<class T>(const Question<T>& question) {
      if (kind_of(question.logits, question.transform) != ZKind::finite)
        return all_nan<T>(question.logits.size());
      return for_each_group(question, exact_infinity<T>(-1), [](const TransformedRow<T>& row) {
        return [&row, L = row.L()](std::size_t g) { return row.d(g) - L; };
      });
    }};

}  // namespace
}  // namespace maxtrick::oracle
