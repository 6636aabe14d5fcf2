#include "measures/training_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace maxtrick::measures {
namespace {

// The largest k for which P(fewer than k of n are below the median) <= 2.5 %: the interval is from
// the k-th of n in order to the k-th from the top. 2^-n is a normal number for most_repeats.
std::size_t order_statistic(std::size_t n) {
  double term = std::ldexp(1.0, -static_cast<int>(n)), sum = 0;  // C(n, i) / 2^n
  std::size_t k = 0;
  for (std::size_t i = 0; i < n && sum + term <= 0.025; ++i) {
    sum += term;
    term *= static_cast<double>(n - i) / static_cast<double>(i + 1);
    k = i + 1;
  }
  return k;
}

}  // namespace

std::vector<std::vector<double>> interleaved_seconds(const std::vector<Setup>& setups,
                                                     std::size_t repeats) {
  using Clock = std::chrono::steady_clock;
  std::vector<std::vector<double>> seconds(setups.size());
  for (std::size_t repeat = 0; repeat <= repeats; ++repeat)
    for (std::size_t turn = 0; turn < setups.size(); ++turn) {
      const std::size_t i = (turn + repeat) % setups.size();
      Prepared run = prepare(setups[i], repeat);
      const auto start = Clock::now();
      (void)train(run, setups[i]);
      const std::chrono::duration<double> spent = Clock::now() - start;
      if (repeat > 0) seconds[i].push_back(spent.count());
    }
  return seconds;
}

std::string speed_ratio(const std::vector<double>& reference, const std::vector<double>& seconds) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < seconds.size(); ++i) ratios.push_back(reference[i] / seconds[i]);
  std::sort(ratios.begin(), ratios.end());
  const std::size_t n = ratios.size(), k = order_statistic(n);
  return fmt::format("{:.3g} [{:.3g}, {:.3g}]", suite::quantile(ratios, 0.5), ratios.at(k - 1),
                     ratios.at(n - k));
}

}  // namespace maxtrick::measures
