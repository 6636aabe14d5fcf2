// Exact log-sum-exp: enclosure.hpp has the formulas and the proof.
#include "ops/log_sum_exp.hpp"

#include "oracle/enclosure.hpp"
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

const RegisterSolver registered{ops::log_sum_exp, []<class T>(const Question<T>& question) {
                                  const T largest = largest_or_nan(question.logits);
                                  if (!std::isfinite(largest)) return Answer<T>{{special(largest)}};
                                  return Answer<T>{settle(Logits<T>(question.logits), evaluate<T>)};
                                }};

}  // namespace
}  // namespace maxtrick::oracle
