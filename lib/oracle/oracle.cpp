#include "oracle/oracle.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "ops/dtype.hpp"
#include "oracle/enclosure.hpp"

namespace maxtrick::oracle {
namespace {

// The lists are local to functions, so that they exist before the first registering object.
std::vector<Solver>& solvers() {
  static std::vector<Solver> instance;
  return instance;
}
std::vector<Solver>& general_solvers() {
  static std::vector<Solver> instance;
  return instance;
}

}  // namespace

void RegisterSolver::add(Solver solver) { solvers().push_back(std::move(solver)); }
void RegisterGeneralSolver::add(Solver solver) { general_solvers().push_back(std::move(solver)); }

template <class T>
Answer<T> answer(ops::Op op, const Question<T>& question) {
  if (question.logits.empty()) throw std::invalid_argument("a row without classes");
  for (const auto* list : {&solvers(), &general_solvers()})
    for (const Solver& solver : *list)
      if (solver.op == op && (list == &general_solvers() || question.plain()))
        return ops::of_type<T>(solver)(question);
  throw std::logic_error("the oracle has no solver for " + std::string(op->name));
}

template <class T>
std::vector<numerics::Exact<T>> exact(ops::Op op, std::span<const T> logits, Stages stages) {
  return answer<T>(op, {logits, stages}).result;
}

template <class T>
numerics::Exact<T> exact_sum(std::span<const T> terms) {
  // The sum is rounded down and up. All terms have one sign, so that the relative width of the
  // interval is below 2 n 2^-p.
  const auto sum_bits = static_cast<int>(std::bit_width(terms.size() + 8));
  for (mpfr_prec_t bits =
           std::numeric_limits<T>::digits + numerics::Rounding<T>::rest_bits + 3 + sum_bits;
       bits <= max_bits; bits *= 2) {
    numerics::Real low(bits), high(bits);
    mpfr_set_ui(low, 0, MPFR_RNDN);
    mpfr_set_ui(high, 0, MPFR_RNDN);
    for (const T term : terms) {
      if (!(term >= 0 && std::isfinite(term)))
        throw std::invalid_argument("a term of a sum is negative or not finite");
      mpfr_add_d(low, low, term, MPFR_RNDD);
      mpfr_add_d(high, high, term, MPFR_RNDU);
    }
    if (const auto sum = numerics::Rounding<T>(bits)(low, high)) return *sum;
  }
  throw std::runtime_error("the oracle cannot decide the rounding of a sum");
}

template Answer<float> answer(ops::Op, const Question<float>&);
template Answer<double> answer(ops::Op, const Question<double>&);
template Answer<numerics::Float16> answer(ops::Op, const Question<numerics::Float16>&);
template Answer<numerics::BFloat16> answer(ops::Op, const Question<numerics::BFloat16>&);
template std::vector<numerics::Exact<float>> exact(ops::Op, std::span<const float>, Stages);
template std::vector<numerics::Exact<double>> exact(ops::Op, std::span<const double>, Stages);
template std::vector<numerics::Exact<numerics::Float16>> exact(ops::Op,
                                                               std::span<const numerics::Float16>,
                                                               Stages);
template std::vector<numerics::Exact<numerics::BFloat16>> exact(ops::Op,
                                                                std::span<const numerics::BFloat16>,
                                                                Stages);
template numerics::Exact<float> exact_sum(std::span<const float>);
template numerics::Exact<double> exact_sum(std::span<const double>);
template numerics::Exact<numerics::Float16> exact_sum(std::span<const numerics::Float16>);
template numerics::Exact<numerics::BFloat16> exact_sum(std::span<const numerics::BFloat16>);

std::string oracle_library() { return std::string("MPFR ") + mpfr_get_version(); }

}  // namespace maxtrick::oracle
