// Times of training, as ratios within one run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "measures/trained.hpp"

namespace maxtrick::measures {

// Seconds of each setup's training, [setup][repeat]: the setups take turns, so that what slows the
// machine down for a while slows all of them; each repeat starts with another. One repeat before
// these warms up.
[[nodiscard]] std::vector<std::vector<double>> interleaved_seconds(const std::vector<Setup>& setups,
                                                                   std::size_t repeats);

inline constexpr std::int64_t fewest_repeats = 6, most_repeats = 1000;  // of speed_ratio

// The median of reference[i] / seconds[i], and around it the interval between two order statistics
// that holds the true median with 95 % at least (the binomial distribution; H. A. David and
// H. N. Nagaraja, Order Statistics, 3rd ed., section 7.1): "1.25 [1.21, 1.28]". From fewest_repeats
// to most_repeats of them.
[[nodiscard]] std::string speed_ratio(const std::vector<double>& reference,
                                      const std::vector<double>& seconds);

}  // namespace maxtrick::measures
