#include "timing/sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <type_traits>

#include "oracle/oracle.hpp"

namespace maxtrick::timing {
namespace {

using oracle::Outcome;

constexpr std::size_t logits_at_most = 2048;  // the oracle takes microseconds for each of them
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
std::vector<std::remove_const_t<T>> numbers_of(const numerics::Rows<T>& rows, std::size_t row) {
  std::vector<std::remove_const_t<T>> numbers(rows.columns);
  for (std::size_t k = 0; k < rows.columns; ++k) numbers[k] = rows.at(row, k);
  return numbers;
}

}  // namespace

bool may_be_timed(const ops::Variant& kernel, const Checked& checked, ops::DType dtype) {
  if (const double claimed = claimed_ulp(kernel, dtype); std::isfinite(claimed))
    return checked.outcome == Outcome::ok && checked.max_error_ulp <= 2 * claimed;
  return checked.outcome != Outcome::wrong && checked.outcome != Outcome::overflow &&
         checked.outcome != Outcome::nan;
}

template <class T>
Sample<T>::Sample(const std::vector<ops::Call<T>>& calls) {
  const numerics::Rows<const T>& first = calls.front().logits;
  const std::size_t rows = calls.size() * first.rows;
  const std::size_t n =
      std::clamp<std::size_t>(logits_at_most / first.columns, 1, std::max<std::size_t>(rows, 1));
  for (std::size_t i = 0; i < std::min(n, rows); ++i) {
    const std::size_t row = n == 1 ? 0 : i * (rows - 1) / (n - 1);
    places_.push_back({row / first.rows, row % first.rows});
  }
}

template <class T>
const std::vector<oracle::Answer<T>>& Sample<T>::answers(ops::Op op,
                                                         const std::vector<ops::Call<T>>& calls) {
  std::vector<Answer>& answers = answers_[op];
  if (!answers.empty()) return answers;
  for (const Place& place : places_) {
    const ops::Call<T>& call = calls[place.call];
    const std::vector<T> logits = numbers_of(call.logits, place.row);
    oracle::Question<T> question{.logits = logits};
    if (ops::takes_targets(op)) {
      question.target = static_cast<std::size_t>(call.targets.index[place.row]);
      question.gradient_scale = static_cast<double>(call.gradient_scale);
    }
    answers.push_back(oracle::answer<T>(op, question));
  }
  return answers;
}

template <class T>
Checked Sample<T>::check(const ops::Variant& variant, const std::vector<ops::Call<T>>& calls,
                         double tolerance_ulp) {
  Checked all;
  if (variant.op == copy) {
    for (const Place& place : places_)
      if (numbers_of(calls[place.call].logits, place.row) !=
          numbers_of(calls[place.call].result, place.row))
        all = {Outcome::wrong, infinity};
    return all;
  }
  const std::vector<Answer>& exact = answers(variant.op, calls);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const ops::Call<T>& call = calls[places_[i].call];
    const std::size_t row = places_[i].row;
    const std::vector<T> got = numbers_of(call.result, row);
    const auto verdict =
        oracle::judge<T>(variant.op, exact[i], std::span<const T>(got),
                         ops::takes_targets(variant.op) ? &call.losses[row] : nullptr,
                         tolerance_ulp, !variant.special_values.empty());
    all.outcome = std::max(all.outcome, verdict.outcome);
    all.max_error_ulp = std::max(all.max_error_ulp, verdict.max_error_ulp);
  }
  return all;
}

template class Sample<float>;
template class Sample<double>;
template class Sample<numerics::Float16>;
template class Sample<numerics::BFloat16>;

}  // namespace maxtrick::timing
