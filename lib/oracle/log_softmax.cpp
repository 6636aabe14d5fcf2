// Exact log-softmax: enclosure.hpp has the formulas and the proof.
#include "ops/log_softmax.hpp"

#include "oracle/enclosure.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {
namespace {

template <class T>
std::optional<std::vector<numerics::Exact<T>>> evaluate(const Logits<T>& logits, mpfr_prec_t bits) {
  Enclosure<T> row(logits, bits, false);
  std::vector<numerics::Exact<T>> results;
  row.take_logarithm();
  for (std::size_t j = 0; j < logits.value.size(); ++j) {
    mpfr_ptr difference = row.difference(j);
    mpfr_sub(row.low, difference, row.rest_high, MPFR_RNDD);
    mpfr_sub(row.high, difference, row.rest_low, MPFR_RNDU);
    if (!row.round_into(results)) return std::nullopt;
  }
  return results;
}

const RegisterSolver registered{
    ops::log_softmax, []<class T>(const Question<T>& question) {
      const auto masked = special(-std::numeric_limits<T>::infinity());
      return Answer<T>{for_each_class(question.logits, masked, evaluate<T>)};
    }};

}  // namespace
}  // namespace maxtrick::oracle
