// Times functions in turns, and divides the time of the last among them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "table/interval.hpp"

namespace maxtrick::cost {

struct Settings {
  std::size_t repetitions = 0;
  double min_seconds = 0;  // the minimum time of one repetition of a function
  std::uint64_t seed = 0;  // of the order of the functions, and of the bootstrap
};

// One time in seconds for each repetition of each function, as [function][repetition]. In each
// repetition the functions take turns in random order, so that a change of the clock rate or a
// disturbance affects all of them.
[[nodiscard]] std::vector<std::vector<double>> times_in_turns(
    const std::vector<std::function<void()>>& functions, const Settings& settings);

// How the time of the last function divides among all of them, each of which includes the ones
// before it. With t_i the median time of function i, the shares are t_0 / t_last and
// (t_i - t_{i-1}) / t_last, so that they sum to 1. A share is negative if a function took less time
// than the one before it; it is kept.
//   The interval of each share is the 95 % percentile interval of the bootstrap (B. Efron and R.
// Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). Whole repetitions are drawn,
// with the times of all functions in them, because these were measured side by side. The interval
// is extended to the estimate if that lies outside of it. It is marked as wide if it is wider than
// `widest`, a part of the whole time.
[[nodiscard]] std::vector<table::Interval> shares(const std::vector<std::vector<double>>& times,
                                                  double widest, std::uint64_t seed);

}  // namespace maxtrick::cost
