#include "speed/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "table/quantile.hpp"

namespace maxtrick::speed {
namespace {

// Returns an empty vector if the item was not timed.
const std::vector<double>& seconds(const Launched& launch, const timing::Item& item) {
  static const std::vector<double> none;
  const auto found = launch.find(item);
  return found == launch.end() ? none : found->second.seconds;
}

// The launch in which the item's median time is the smallest.
struct Best {
  std::size_t launch = 0;
  double median = std::numeric_limits<double>::infinity();
};
std::optional<Best> best_of(const std::vector<Launched>& launches, const timing::Item& item) {
  std::optional<Best> best;
  for (std::size_t i = 0; i < launches.size(); ++i) {
    const std::vector<double>& times = seconds(launches[i], item);
    if (times.empty()) continue;
    const double median = table::quantile(times, 0.5);
    if (!best || median < best->median) best = {i, median};
  }
  return best;
}

table::Interval inverse(const table::Interval& of) {
  return {1 / of.estimate, 1 / of.high, 1 / of.low, of.wide};
}

}  // namespace

std::optional<std::size_t> best_launch(const std::vector<Launched>& launches,
                                       const timing::Item& item) {
  const std::optional<Best> found = best_of(launches, item);
  return found ? std::optional(found->launch) : std::nullopt;
}

std::optional<timing::Item> fastest(const std::vector<Launched>& launches,
                                    const std::vector<timing::Item>& items) {
  std::optional<timing::Item> fastest;
  double least = std::numeric_limits<double>::infinity();
  for (const timing::Item& item : items)
    if (const auto best = best_of(launches, item); best && best->median < least) {
      least = best->median;
      fastest = item;
    }
  return fastest;
}

std::optional<table::Interval> speed(const std::vector<Launched>& launches,
                                     const timing::Item& item, const timing::Item& reference) {
  const auto best = best_launch(launches, reference);
  if (!best) return std::nullopt;
  const std::vector<double>&other = seconds(launches[*best], reference),
        &own = seconds(launches[*best], item);
  if (own.empty() || own.size() != other.size()) return std::nullopt;
  return table::median_ratio(other, own);
}

Verdict judge(const Claim& claim, const Case& one, const std::vector<Launched>& launches,
              double widest_interval) {
  const auto reference = fastest(launches, claim.references_of(one));
  const auto found = reference ? speed(launches, one.item, *reference) : std::nullopt;
  if (!found) return {"", "unjudged", "unmeasured"};
  const table::Interval ratio = table::marked(*found, widest_interval);
  const double least = claim.at_most ? 1 / claim.times : claim.times;
  const double lacking = 1 - ratio.estimate / least;
  return {table::cell(claim.at_most ? inverse(ratio) : ratio),
          std::string(name(table::judge(ratio, least))),
          lacking <= 0 ? "reached" : fmt::format("{:.2g} % too slow", 100 * lacking)};
}

}  // namespace maxtrick::speed
