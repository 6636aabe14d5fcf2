// Computes the cells of a row from the times of the launches.
//
// A kernel of oneDNN runs at one of several speeds, which is decided when a process starts (by the
// addresses of its code and its stack). A kernel is therefore compared with the reference at the
// reference's best speed: within the launch in which the median of the reference's times is the
// smallest, repetition by repetition. The repetitions of both were shuffled among each other.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "speed/spec.hpp"
#include "table/interval.hpp"

namespace maxtrick::speed {

// The results of one launch.
using Launched = std::map<timing::Item, timing::Measured>;

// Returns the launch in which the item's median time is the smallest; nullopt if it was not timed.
[[nodiscard]] std::optional<std::size_t> best_launch(const std::vector<Launched>& launches,
                                                     const timing::Item& item);

// Returns the item whose median time in its best launch is the smallest; nullopt if none was timed.
[[nodiscard]] std::optional<timing::Item> fastest(const std::vector<Launched>& launches,
                                                  const std::vector<timing::Item>& items);

// Returns the reference's time divided by the item's, in the reference's best launch; nullopt if
// either has no times there.
[[nodiscard]] std::optional<table::Interval> speed(const std::vector<Launched>& launches,
                                                   const timing::Item& item,
                                                   const timing::Item& reference);

// A claim or a goal beside what was measured.
struct Verdict {
  std::string measured;  // an interval, in the terms of the claim; empty if there are no times
  std::string verdict;   // of a claim: table::Judgement, or "unjudged"
  // Of a goal: "reached", "unmeasured", or by how much the estimated speed is below the goal, as a
  // share of it: "12 % too slow".
  std::string distance;
};
// Judges the claim by the interval of the ratio of times. A claim is "unjudged" if the case or its
// reference has no times. An interval wider than the share `widest_interval` of its estimate is
// marked as wide, and confirms no miss.
[[nodiscard]] Verdict judge(const Claim& claim, const Case& one,
                            const std::vector<Launched>& launches, double widest_interval);

}  // namespace maxtrick::speed
