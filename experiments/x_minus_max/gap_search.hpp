// From which gap on x - max is good enough by measurement: a scan, and bisection where it ends.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "numerics/error.hpp"
#include "ops/apply.hpp"
#include "ops/dtype.hpp"
#include "ops/log_softmax.hpp"
#include "ops/registry.hpp"
#include "oracle/oracle.hpp"
#include "x_minus_max/gap.hpp"

namespace maxtrick::x_minus_max {

// What x - max does to the row of a leader at 0 and others at -gap: the largest errors.
struct GapErrors {
  double absolute = 0;    // of all log-probabilities
  double others_ulp = 0;  // of all but the leader's
  [[nodiscard]] bool meets(const Criterion& criterion) const {
    return criterion.kind == Criterion::Kind::probability_within
               ? absolute <= criterion.log_tolerance()
               : others_ulp <= criterion.tolerance;
  }
};

// The errors of one type and number of classes, each gap measured once for all criteria.
template <class S>
class Measured {
 public:
  Measured(ops::DType dtype, std::size_t classes) : dtype_(dtype), classes_(classes) {}

  [[nodiscard]] GapErrors at(double gap) {
    const std::lock_guard lock(busy_);
    const auto [found, is_new] = known_.try_emplace(gap);
    if (is_new) found->second = measure(gap);
    return found->second;
  }

 private:
  [[nodiscard]] GapErrors measure(double gap) const {
    std::vector<S> logits(classes_, static_cast<S>(-gap));
    logits[0] = S{};
    const std::span<const S> row(logits);
    const auto exact = oracle::exact<S>(ops::log_softmax, row);
    const auto got = ops::apply(*ops::find_variant("log_softmax.x_minus_max.scalar"), dtype_, row);
    GapErrors errors{numerics::absolute_error(exact[0], got[0]), 0};
    for (std::size_t i = 1; i < classes_; ++i) {
      if (i > 1 && got[i] == got[i - 1]) continue;
      errors.absolute = std::max(errors.absolute, numerics::absolute_error(exact[i], got[i]));
      errors.others_ulp = std::max(errors.others_ulp, numerics::error_ulp(exact[i], got[i]));
    }
    return errors;
  }

  ops::DType dtype_;
  std::size_t classes_;
  std::mutex busy_;
  std::map<double, GapErrors> known_;
};

// What the scan has found.
struct Found {
  std::optional<double> from_gap;  // the smallest gap from which on the criterion holds
  bool monotone = true;            // at every gap of the scan: the error grows nowhere, and what
                                   // holds once holds from there on
};

// A scan of the whole range first, so that the answer rests on no theory: above the last gap of it
// that fails, all hold. Then bisection between that gap and the next.
template <class S>
Found search(Measured<S>& measured, const Criterion& criterion, const Gaps& gaps) {
  Found found;
  double failing = -1;  // the last that fails
  double before = std::numeric_limits<double>::infinity();
  bool held = false;
  // Below 2^-41 ULP of the others, an error is the oracle's own.
  const double noise = std::ldexp(gaps.highest, -40 - gaps.digits);
  for (double gap = 0;; gap = gaps.next(gap)) {
    const GapErrors errors = measured.at(gap);
    const bool holds = errors.meets(criterion);
    if ((held && !holds) || errors.absolute > before + noise) found.monotone = false;
    held = holds;
    before = errors.absolute;
    if (!holds) failing = gap;
    if (gap == gaps.last()) break;
  }
  if (failing < 0) return {0, found.monotone};
  if (!held) return {std::nullopt, found.monotone};
  double low = failing, high = gaps.next(failing);
  while (low + gaps.spacing(low) < high) {
    const double middle = gaps.down(low + (high - low) / 2);
    (measured.at(middle).meets(criterion) ? high : low) = middle;
  }
  found.from_gap = high;
  return found;
}

}  // namespace maxtrick::x_minus_max
