// Exact softmax: enclosure.hpp has the formulas and the proof.
#include "ops/softmax.hpp"

#include "oracle/enclosure.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {
namespace {

template <class T>
std::optional<std::vector<numerics::Exact<T>>> evaluate(const Logits<T>& logits, mpfr_prec_t bits) {
  Enclosure<T> row(logits, bits, true);
  std::vector<numerics::Exact<T>> results;
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

const RegisterSolver registered{
    ops::softmax, []<class T>(const Question<T>& question) {
      using Limits = std::numeric_limits<T>;
      const numerics::Exact<T> zero{T{0}, 0, Limits::min_exponent - Limits::digits, false};
      return Answer<T>{for_each_class(question.logits, zero, evaluate<T>)};
    }};

}  // namespace
}  // namespace maxtrick::oracle
