// From the times of launches to the cells of a row.
//
// oneDNN's kernels run at one speed or another, which is decided when a process starts (where its
// code and its stack come to lie). A kernel is compared with the reference at its best: within the
// launch in which the median of the reference's times is the least, and there repetition by
// repetition, which were shuffled among each other.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "speed/spec.hpp"
#include "table/interval.hpp"

namespace maxtrick::speed {

// What one launch found.
using Launched = std::map<timing::Item, timing::Measured>;

// The launch in which the item's median time is the least; nothing where it was not timed.
[[nodiscard]] std::optional<std::size_t> best_launch(const std::vector<Launched>& launches,
                                                     const timing::Item& item);

// The reference's time by the item's, in the reference's best launch; nothing where either has no
// times there.
[[nodiscard]] std::optional<table::Interval> speed(const std::vector<Launched>& launches,
                                                   const timing::Item& item,
                                                   const timing::Item& reference);

// A claim on a case: what was measured, in the claim's own terms, and the verdict.
struct Verdict {
  std::string measured;  // an interval; empty where it could not be judged
  std::string verdict;   // table::Judgement, or "unjudged"
};
[[nodiscard]] Verdict judge(const Claim& claim, const Case& one,
                            const std::vector<Launched>& launches, double widest_interval);

}  // namespace maxtrick::speed
