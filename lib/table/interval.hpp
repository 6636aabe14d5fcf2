// Confidence intervals: made of paired measurements, shown in a cell, judged against a claim.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace maxtrick::table {

struct Interval {
  double estimate = 0, low = 0, high = 0;
};

inline constexpr std::int64_t fewest_pairs = 6, most_pairs = 1000;  // of median_ratio

// The median of reference[i] / measured[i], and around it the interval between two order statistics
// that holds the true median with 95 % at least (the binomial distribution; H. A. David and
// H. N. Nagaraja, Order Statistics, 3rd ed., section 7.1). From fewest_pairs to most_pairs of them.
[[nodiscard]] Interval median_ratio(const std::vector<double>& reference,
                                    const std::vector<double>& measured);

// "1.25 [1.21, 1.28]", to three digits.
[[nodiscard]] std::string cell(const Interval& interval);
// The text of a cell, any number of digits; nothing where the estimate is not within its interval.
[[nodiscard]] std::optional<Interval> parse_interval(std::string_view text);

// What an interval says of a claim "at least so much": `holds` and `missed` only where all of it
// lies on one side, and it is no wider than `widest` times the estimate; else `noisy`. The words
// are those of a table's cells; see ResultTable::judged.
enum class Judgement { holds, missed, noisy };
[[nodiscard]] std::string_view name(Judgement judgement);
[[nodiscard]] Judgement judge(const Interval& got, double at_least, double widest);

}  // namespace maxtrick::table
