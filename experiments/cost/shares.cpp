#include "cost/shares.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

#include "numerics/random.hpp"
#include "table/quantile.hpp"

namespace maxtrick::cost {
namespace {

constexpr std::size_t resamples = 1000;

double seconds_of(const std::function<void()>& function, std::size_t calls) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  for (std::size_t i = 0; i < calls; ++i) {
    function();
    asm volatile("" : : : "memory");  // as if each result were read
  }
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// The number of calls that take at least `min_seconds`. Finding it warms up the caches.
std::size_t calls_for(const std::function<void()>& function, double min_seconds) {
  std::size_t calls = 1;
  while (seconds_of(function, calls) < min_seconds) calls *= 2;
  return calls;
}

std::vector<double> shares_of(const std::vector<double>& medians) {
  std::vector<double> shares;
  double before = 0;
  for (const double median : medians) {
    shares.push_back((median - before) / medians.back());
    before = median;
  }
  return shares;
}

}  // namespace

std::vector<std::vector<double>> times_in_turns(const std::vector<std::function<void()>>& functions,
                                                const Settings& settings) {
  std::vector<std::size_t> calls, order(functions.size());
  for (const auto& function : functions) calls.push_back(calls_for(function, settings.min_seconds));
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::vector<double>> times(functions.size());
  numerics::Random random(settings.seed);
  for (std::size_t repetition = 0; repetition < settings.repetitions; ++repetition) {
    for (std::size_t i = order.size(); i > 1; --i)
      std::swap(order[i - 1], order[static_cast<std::size_t>(random.below(i))]);
    for (const std::size_t i : order)
      times[i].push_back(seconds_of(functions[i], calls[i]) / static_cast<double>(calls[i]));
  }
  return times;
}

std::vector<table::Interval> shares(const std::vector<std::vector<double>>& times, double widest,
                                    std::uint64_t seed) {
  const std::size_t repetitions = times.front().size();
  std::vector<double> medians;
  for (const auto& one : times) medians.push_back(table::quantile(one, 0.5));
  const std::vector<double> estimates = shares_of(medians);
  std::vector<std::vector<double>> resampled(times.size());
  numerics::Random random(seed);
  std::vector<std::size_t> drawn(repetitions);
  std::vector<double> values(repetitions);
  for (std::size_t resample = 0; resample < resamples; ++resample) {
    for (std::size_t& one : drawn) one = static_cast<std::size_t>(random.below(repetitions));
    for (std::size_t i = 0; i < times.size(); ++i) {
      std::transform(drawn.begin(), drawn.end(), values.begin(),
                     [&](std::size_t repetition) { return times[i][repetition]; });
      medians[i] = table::quantile(values, 0.5);
    }
    const std::vector<double> of_sample = shares_of(medians);
    for (std::size_t i = 0; i < times.size(); ++i) resampled[i].push_back(of_sample[i]);
  }
  std::vector<table::Interval> all;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const double estimate = estimates[i];
    table::Interval one{estimate, std::min(estimate, table::quantile(resampled[i], 0.025)),
                        std::max(estimate, table::quantile(resampled[i], 0.975))};
    one.wide = !(one.high - one.low <= widest);  // NaN is wide
    all.push_back(one);
  }
  return all;
}

}  // namespace maxtrick::cost
