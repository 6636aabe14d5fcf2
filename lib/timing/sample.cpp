#include "timing/sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/oracle.hpp"

namespace maxtrick::timing {
namespace {

using oracle::Outcome;

constexpr std::size_t logits_at_most = 2048;  // the oracle takes microseconds for each
constexpr double infinity = std::numeric_limits<double>::infinity();

void absorb(Checked& all, const Checked& one) {
  all.outcome = std::max(all.outcome, one.outcome);
  all.max_error_ulp = std::max(all.max_error_ulp, one.max_error_ulp);
}

Checked judge(ops::Op op, std::span<const numerics::Exact<float>> exact, std::span<const float> got,
              double tolerance_ulp, bool own_special_values) {
  const auto verdict = oracle::judge(op, exact, got, tolerance_ulp, own_special_values);
  return {verdict.outcome, verdict.max_error_ulp};
}

// A number against its exact value, in ULPs of `size`.
Checked judge(double exact, double got, double size, double tolerance_ulp) {
  if (std::isnan(exact)) return std::isnan(got) ? Checked{} : Checked{Outcome::wrong, infinity};
  if (std::isnan(got)) return {Outcome::nan, infinity};
  if (std::isinf(got)) return {Outcome::overflow, infinity};
  const double error = std::abs(got - exact), ulps = error / numerics::ulp<float>(size);
  if (ulps <= tolerance_ulp) return {Outcome::ok, ulps};
  if (error < std::abs(exact) / 2) return {Outcome::inaccurate, ulps};
  return {got == 0 ? Outcome::underflow : Outcome::wrong, ulps};
}

}  // namespace

bool may_be_timed(const Kernel& kernel, const Checked& checked) {
  if (std::isfinite(kernel.claimed_ulp))
    return checked.outcome == Outcome::ok && checked.max_error_ulp <= 2 * kernel.claimed_ulp;
  return checked.outcome != Outcome::wrong && checked.outcome != Outcome::overflow &&
         checked.outcome != Outcome::nan;
}

Sample::Sample(const Call& call) : x_(call.x) {
  const std::size_t n = std::clamp<std::size_t>(logits_at_most / call.x.columns, 1,
                                                std::max<std::size_t>(x_.rows, 1));
  for (std::size_t i = 0; i < std::min(n, x_.rows); ++i)
    rows_.push_back(n == 1 ? 0 : i * (x_.rows - 1) / (n - 1));
}

const std::vector<Sample::Exact>& Sample::exact(ops::Op op) {
  std::vector<Exact>& rows = exact_[op];
  if (rows.empty())
    for (const std::size_t row : rows_) rows.push_back(oracle::exact<float>(op, x_.row(row)));
  return rows;
}

Checked Sample::check(const Kernel& kernel, const Call& call, double tolerance_ulp) {
  Checked all;
  if (kernel.op == Op::copy) {
    for (const std::size_t row : rows_)
      if (!std::ranges::equal(call.x.row(row), call.y.row(row))) all = {Outcome::wrong, infinity};
    return all;
  }
  for (std::size_t i = 0; i < rows_.size(); ++i)
    absorb(all, check_row(kernel, call, tolerance_ulp, i));
  return all;
}

Checked Sample::check_row(const Kernel& kernel, const Call& call, double tolerance_ulp,
                          std::size_t i) {
  const std::size_t row = rows_[i];
  const std::span<const float> got = call.y.row(row);
  switch (kernel.op) {
    case Op::copy: return {};
    case Op::softmax:
      return judge(ops::Op::softmax, exact(ops::Op::softmax)[i], got, tolerance_ulp,
                   kernel.own_special_values);
    case Op::log_softmax:
      return judge(ops::Op::log_softmax, exact(ops::Op::log_softmax)[i], got, tolerance_ulp,
                   kernel.own_special_values);
    case Op::cross_entropy:
    case Op::cross_entropy_gradient: break;
  }
  const auto target = static_cast<std::size_t>(call.targets[row]);
  const float minus_loss = -call.losses[row];
  Checked all = judge(ops::Op::log_softmax, {&exact(ops::Op::log_softmax)[i][target], 1},
                      {&minus_loss, 1}, tolerance_ulp, kernel.own_special_values);
  if (kernel.op == Op::cross_entropy) return all;
  const Exact& probabilities = exact(ops::Op::softmax)[i];
  const double scale = double{call.scale};
  for (std::size_t k = 0; k < got.size(); ++k) {
    const double due = scale * (probabilities[k].value() - (k == target ? 1 : 0));
    absorb(all, judge(due, double{got[k]}, k == target ? scale : due, tolerance_ulp));
  }
  return all;
}

}  // namespace maxtrick::timing
