#include "correct/judge.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "numerics/compensated_sum.hpp"
#include "numerics/real.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"

namespace maxtrick::correct {
namespace {

using numerics::Real;

// A bound on the relative error of libm's exponentials and logarithms, of a compensated sum of them
// and of the few operations that follow: 2^-46, most of it from the rounding of x - m.
constexpr double relative_error = 0x1p-45;

bool same(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

}  // namespace

Judge::Judge(std::span<const float> row) : row_(row) {
  place_ = static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin());
  largest_ = row[place_];
  numerics::Sum rest;
  for (std::size_t k = 0; k < row.size(); ++k)
    if (k != place_) rest += std::exp(row[k] - largest_);
  rest_ = rest.value();
  log_sum_ = std::log1p(rest_);
}

template <class Exact>
bool Judge::judged(double y, double error, float got, Exact exact) {
  const auto below = static_cast<float>(y - error) + 0.0F,
             above = static_cast<float>(y + error) + 0.0F;
  if (same(below, above)) return same(got, below);
  ++by_mpfr_;
  return same(got, exact() + 0.0F);
}

bool Judge::softmax(std::size_t i, float got) {
  const double y = std::exp(row_[i] - largest_) / (1 + rest_);
  return judged(y, y * relative_error, got, [&] { return oracle(ops::softmax)[i]; });
}

bool Judge::log_softmax(std::size_t i, float got) {
  const double y = (row_[i] - largest_) - log_sum_;
  return judged(y, std::abs(y) * relative_error, got, [&] { return oracle(ops::log_softmax)[i]; });
}

bool Judge::log_sum_exp(float got) {
  return judged(largest_ + log_sum_, log_sum_ * relative_error + std::abs(largest_) * 0x1p-52, got,
                [&] { return oracle(ops::log_sum_exp)[0]; });
}

bool Judge::gradient(std::size_t i, std::size_t target, float scale, float got) {
  const double e = std::exp(row_[i] - largest_);
  const double rest = i == place_ ? rest_ : 1 + rest_ - e;
  const double y = (i == target ? -rest : e) / (1 + rest_) * scale;
  return judged(y, std::abs(y) * relative_error, got,
                [&] { return exact_gradient(i, target, scale); });
}

const std::vector<float>& Judge::oracle(ops::Op op) {
  if (known_op_ == op) return known_;
  known_.clear();
  for (const auto& exact : oracle::exact<float>(op, row_, oracle::Stages::pairs_first))
    known_.push_back(exact.rounded);
  known_op_ = op;
  return known_;
}

float Judge::exact_gradient(std::size_t i, std::size_t target, float scale) const {
  constexpr mpfr_prec_t bits = 400;
  Real others(bits), own(bits), e(bits), sum(bits);
  mpfr_set_ui(others, 0, MPFR_RNDN);
  for (std::size_t k = 0; k < row_.size(); ++k) {
    mpfr_set_flt(e, row_[k], MPFR_RNDN);
    mpfr_sub_d(e, e, largest_, MPFR_RNDN);
    mpfr_exp(e, e, MPFR_RNDN);
    if (k == i)
      mpfr_set(own, e, MPFR_RNDN);
    else
      mpfr_add(others, others, e, MPFR_RNDN);
  }
  mpfr_add(sum, others, own, MPFR_RNDN);
  // The product is exact where exponentials are equal, so that ties are too.
  mpfr_mul_d(e, i == target ? others : own, i == target ? -scale : scale, MPFR_RNDN);
  mpfr_div(e, e, sum, MPFR_RNDN);
  return mpfr_get_flt(e, MPFR_RNDN);
}

}  // namespace maxtrick::correct
