#include "table/interval.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "io/number.hpp"
#include "table/quantile.hpp"

namespace maxtrick::table {
namespace {

constexpr std::string_view mark_of_wide = " (wide)";

// The largest k with P(fewer than k of n values are below the median) <= 2.5 %. The interval
// reaches from the k-th smallest value to the k-th largest. For n up to most_pairs, 2^-n is a
// normal number.
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

Interval median_ratio(const std::vector<double>& reference, const std::vector<double>& measured) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < measured.size(); ++i) ratios.push_back(reference.at(i) / measured[i]);
  std::sort(ratios.begin(), ratios.end());
  const std::size_t n = ratios.size(), k = order_statistic(n);
  return {quantile(ratios, 0.5), ratios.at(k - 1), ratios.at(n - k)};
}

Interval marked(Interval interval, double widest) {
  // The negated comparison marks NaN.
  interval.wide = !(interval.high - interval.low <= widest * interval.estimate);
  return interval;
}

std::string cell(const Interval& interval) {
  return fmt::format("{:.3g} [{:.3g}, {:.3g}]{}", interval.estimate, interval.low, interval.high,
                     interval.wide ? mark_of_wide : "");
}

std::optional<Interval> parse_interval(std::string_view text) {
  const bool wide = text.ends_with(mark_of_wide);
  if (wide) text.remove_suffix(mark_of_wide.size());
  const auto open = text.find(" ["), comma = text.find(", ");
  if (open == text.npos || comma == text.npos || comma < open || !text.ends_with(']'))
    return std::nullopt;
  const auto estimate = io::parse_number(text.substr(0, open));
  const auto low = io::parse_number(text.substr(open + 2, comma - open - 2));
  const auto high = io::parse_number(text.substr(comma + 2, text.size() - comma - 3));
  if (!estimate || !low || !high || !(*low <= *estimate && *estimate <= *high)) return std::nullopt;
  return Interval{*estimate, *low, *high, wide};
}

std::string_view name(Judgement judgement) {
  switch (judgement) {
    case Judgement::holds: return "holds";
    case Judgement::missed: return "missed";
    case Judgement::noisy: return "noisy";
  }
  return {};
}

Judgement judge(const Interval& got, double at_least) {
  if (got.low >= at_least) return Judgement::holds;
  return got.high < at_least && !got.wide ? Judgement::missed : Judgement::noisy;
}

}  // namespace maxtrick::table
