// Rows of logits before and after a number is added to each, and what rounding the sums lost.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "inputs/exact_row.hpp"
#include "numerics/compensated_sum.hpp"
#include "numerics/error.hpp"
#include "ops/log_sum_exp.hpp"
#include "oracle/oracle.hpp"

namespace maxtrick::shift {

// How far the log-sum-exp of the rounded row is from that of the row before, plus c, in ULP there.
// c cancels: the roundings of the two answers to T and c are numbers of T, which Sum subtracts
// without loss, also in float64, and what the answers have beyond them is small. An answer is known
// to about 2^-40 of its ULP, and so is the figure.
template <class S>
double log_sum_exp_loss_ulp(const numerics::Exact<S>& shifted, const numerics::Exact<S>& before,
                            S offset) {
  using Limits = std::numeric_limits<S>;
  // What `rest` counts from where an answer rounds to an infinity.
  const auto origin = [](S y) {
    return std::clamp(double{y}, -double{Limits::max()}, double{Limits::max()});
  };
  numerics::Sum sum;
  sum += origin(shifted.rounded);
  sum += -double{offset};
  sum += -origin(before.rounded);
  sum += std::ldexp(shifted.rest, shifted.ulp_exponent);
  sum += -std::ldexp(before.rest, before.ulp_exponent);
  const double due = before.value() + double{offset};
  const double loss = std::fabs(sum.value()) / numerics::ulp<S>(due);
  return loss < 0x1p-38 ? 0 : loss;  // else digits that nobody knows
}

template <class S>
std::vector<S> shifted(std::span<const S> row, S offset) {
  std::vector<S> result;
  for (const S x : row) result.push_back(x + offset);
  return result;
}

// The rows of one op, type, size and offset, before and after the shift; all variants share them.
template <class S>
struct ShiftedRows {
  using Shared = std::shared_ptr<inputs::ExactRow<S>>;
  ops::Op op;
  S offset;
  std::vector<Shared> before, after;

  ShiftedRows(ops::Op of, S by, std::vector<Shared> rows)
      : op(of), offset(by), before(std::move(rows)) {
    for (const Shared& row : before)
      after.push_back(std::make_shared<inputs::ExactRow<S>>(op, shifted<S>(row->logits(), offset)));
  }

  // Computed when first asked for, once.
  [[nodiscard]] double loss_ulp() {
    std::call_once(compared_, [this] { loss_ulp_ = compare(); });
    return loss_ulp_;
  }

  [[nodiscard]] std::size_t distinct() const {
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const Shared& row : after)
      least = std::min(least, std::set<double>(row->logits().begin(), row->logits().end()).size());
    return least;
  }

 private:
  std::once_flag compared_;
  double loss_ulp_ = 0;

  [[nodiscard]] double compare() const {
    double worst = 0;
    for (std::size_t r = 0; r < before.size(); ++r) {
      const auto &from = after[r]->exact(), &to = before[r]->exact();
      for (std::size_t i = 0; i < to.size(); ++i)
        worst =
            std::max(worst, op == ops::log_sum_exp ? log_sum_exp_loss_ulp<S>(from[i], to[i], offset)
                                                   : numerics::difference_ulp(from[i], to[i]));
    }
    return worst;
  }
};

}  // namespace maxtrick::shift
