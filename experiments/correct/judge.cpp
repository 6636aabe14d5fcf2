#include "correct/judge.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "numerics/compensated_sum.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/softmax.hpp"
#include "oracle/nearest_gradient.hpp"
#include "oracle/oracle.hpp"

namespace maxtrick::correct {
namespace {

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
  return judged(y, y * relative_error, got, [&] { return exact(ops::softmax)[i]; });
}

bool Judge::log_softmax(std::size_t i, float got) {
  const double y = (row_[i] - largest_) - log_sum_;
  return judged(y, std::abs(y) * relative_error, got, [&] { return exact(ops::log_softmax)[i]; });
}

bool Judge::log_sum_exp(float got) {
  return judged(largest_ + log_sum_, log_sum_ * relative_error + std::abs(largest_) * 0x1p-52, got,
                [&] { return exact(ops::log_sum_exp)[0]; });
}

bool Judge::gradient(std::size_t i, std::size_t target, float scale, float got) {
  const double e = std::exp(row_[i] - largest_);
  const double rest = i == place_ ? rest_ : 1 + rest_ - e;
  const double y = (i == target ? -rest : e) / (1 + rest_) * scale;
  return judged(y, std::abs(y) * relative_error, got,
                [&] { return oracle::nearest_gradient(row_, i, target, scale); });
}

const std::vector<float>& Judge::exact(ops::Op op) {
  if (known_op_ == op) return known_;
  known_.clear();
  for (const auto& one : oracle::exact<float>(op, row_, oracle::Stages::pairs_first))
    known_.push_back(one.rounded);
  known_op_ = op;
  return known_;
}

}  // namespace maxtrick::correct
