// Computes the exact values by a method that shares no code with lib/oracle/oracle.cpp: plain sums
// of unshifted exponentials, at a precision that makes every error negligible, rounded as MPFR's
// manual describes the emulation of IEEE 754 (exponent range and mpfr_subnormalize).
#pragma once

#include "numerics/error.hpp"
#include "numerics/real.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/op.hpp"
#include "ops/softmax.hpp"
#include "test.hpp"

namespace brute_force {

using maxtrick::numerics::Exact;
using maxtrick::numerics::Real;
using maxtrick::ops::Op;
namespace ops = maxtrick::ops;

// The ops that exact() below supports.
inline constexpr Op known_ops[] = {ops::softmax, ops::log_softmax, ops::log_sum_exp};

template <class T>
double round_to(mpfr_srcptr y) {
  using Limits = std::numeric_limits<T>;
  const mpfr_exp_t emin = mpfr_get_emin();
  const mpfr_exp_t emax = mpfr_get_emax();
  Real rounded(Limits::digits);
  int ternary = mpfr_set(rounded, y, MPFR_RNDN);
  mpfr_set_emin(Limits::min_exponent - Limits::digits + 1);
  mpfr_set_emax(Limits::max_exponent);
  ternary = mpfr_check_range(rounded, ternary, MPFR_RNDN);
  mpfr_subnormalize(rounded, ternary, MPFR_RNDN);
  const double result = mpfr_get_d(rounded, MPFR_RNDN);
  mpfr_set_emin(emin);
  mpfr_set_emax(emax);
  return result;
}

// Describes y by the definitions of error.hpp.
template <class T>
Exact<T> describe(mpfr_srcptr y) {
  using Limits = std::numeric_limits<T>;
  const mpfr_exp_t binade = mpfr_zero_p(y) ? -100000 : mpfr_get_exp(y) - 1;
  Exact<T> exact;
  exact.ulp_exponent = static_cast<int>(std::clamp<mpfr_exp_t>(binade, Limits::min_exponent - 1,
                                                               Limits::max_exponent - 1)) -
                       Limits::digits + 1;
  exact.rounded = static_cast<T>(round_to<T>(y)) + T{0};  // -0 + 0 = +0
  const double largest = Limits::max();
  Real rest(mpfr_get_prec(y));
  mpfr_set_d(rest, std::clamp<double>(exact.rounded, -largest, largest), MPFR_RNDN);
  mpfr_sub(rest, y, rest, MPFR_RNDN);
  mpfr_div_2si(rest, rest, exact.ulp_exponent, MPFR_RNDN);
  exact.rest = mpfr_get_d(rest, MPFR_RNDN);
  return exact;
}

template <class T>
void sum_of_exponentials(mpfr_ptr sum, std::span<const T> logits) {
  Real term(mpfr_get_prec(sum));
  mpfr_set_ui(sum, 0, MPFR_RNDN);
  for (const T x : logits) {
    mpfr_set_d(term, x, MPFR_RNDN);
    mpfr_exp(term, term, MPFR_RNDN);  // 0 for a masked class
    mpfr_add(sum, sum, term, MPFR_RNDN);
  }
}

// Supports finite or masked logits of a magnitude of at most about 1e8, not all of them masked.
// `bits` must exceed the precision that the row's cancellations and near ties require.
template <class T>
std::vector<Exact<T>> exact(Op op, std::span<const T> logits, mpfr_prec_t bits) {
  Real sum(bits), log_sum(bits), y(bits);
  sum_of_exponentials(sum, logits);
  mpfr_log(log_sum, sum, MPFR_RNDN);
  if (op == ops::log_sum_exp) return {describe<T>(log_sum)};

  std::vector<Exact<T>> results;
  for (const T x : logits) {
    mpfr_set_d(y, x, MPFR_RNDN);
    if (op == ops::log_softmax && std::isinf(x)) {
      results.push_back({x, 0, 0, true});
      continue;
    }
    if (op == ops::log_softmax) {
      mpfr_sub(y, y, log_sum, MPFR_RNDN);
    } else {
      mpfr_exp(y, y, MPFR_RNDN);
      mpfr_div(y, y, sum, MPFR_RNDN);
    }
    results.push_back(describe<T>(y));
  }
  return results;
}

}  // namespace brute_force
