#include "timing/sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "oracle/oracle.hpp"

namespace maxtrick::timing {
namespace {

using oracle::Outcome;

constexpr std::size_t logits_at_most = 2048;  // the oracle takes microseconds for each of them
constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

bool may_be_timed(const ops::Variant& kernel, const Checked& checked) {
  if (std::isfinite(kernel.claimed_ulp))
    return checked.outcome == Outcome::ok && checked.max_error_ulp <= 2 * kernel.claimed_ulp;
  return checked.outcome != Outcome::wrong && checked.outcome != Outcome::overflow &&
         checked.outcome != Outcome::nan;
}

Sample::Sample(const ops::Call<float>& call) : logits_(call.logits) {
  const std::size_t n = std::clamp<std::size_t>(logits_at_most / call.logits.columns, 1,
                                                std::max<std::size_t>(logits_.rows, 1));
  for (std::size_t i = 0; i < std::min(n, logits_.rows); ++i)
    rows_.push_back(n == 1 ? 0 : i * (logits_.rows - 1) / (n - 1));
}

const std::vector<Sample::Answer>& Sample::answers(ops::Op op, const ops::Call<float>& call) {
  std::vector<Answer>& answers = answers_[op];
  if (!answers.empty()) return answers;
  for (const std::size_t row : rows_) {
    oracle::Question<float> question{.logits = logits_.row(row)};
    if (ops::takes_targets(op)) {
      question.target = static_cast<std::size_t>(call.targets.index[row]);
      question.gradient_scale = double{call.gradient_scale};
    }
    answers.push_back(oracle::answer<float>(op, question));
  }
  return answers;
}

Checked Sample::check(const ops::Variant& variant, const ops::Call<float>& call,
                      double tolerance_ulp) {
  Checked all;
  if (variant.op == copy) {
    for (const std::size_t row : rows_)
      if (!std::ranges::equal(call.logits.row(row), call.result.row(row)))
        all = {Outcome::wrong, infinity};
    return all;
  }
  const std::vector<Answer>& exact = answers(variant.op, call);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const std::size_t row = rows_[i];
    const auto verdict =
        oracle::judge<float>(variant.op, exact[i], call.result.row(row),
                             ops::takes_targets(variant.op) ? &call.losses[row] : nullptr,
                             tolerance_ulp, !variant.special_values.empty());
    all.outcome = std::max(all.outcome, verdict.outcome);
    all.max_error_ulp = std::max(all.max_error_ulp, verdict.max_error_ulp);
  }
  return all;
}

}  // namespace maxtrick::timing
