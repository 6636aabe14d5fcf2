// Confidence intervals: computes them from paired measurements, shows them in a cell, and judges a
// claim by them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace maxtrick::table {

// An estimate with its confidence interval.
struct Interval {
  double estimate = 0, low = 0, high = 0;
  bool wide = false;  // wider than its config allows: something disturbed the measurement
};

// The widest interval that a config allows if it does not say otherwise, as a share of the
// estimate.
inline constexpr double usual_widest = 0.3;

// The interval, marked as wide if it is wider than `widest` times its estimate.
[[nodiscard]] Interval marked(Interval interval, double widest);

// The numbers of pairs that median_ratio accepts.
inline constexpr std::int64_t fewest_pairs = 6, most_pairs = 1000;

// The median of reference[i] / measured[i], with an interval between two order statistics that
// contains the true median with a probability of at least 95 % (by the binomial distribution; H. A.
// David and H. N. Nagaraja, Order Statistics, 3rd ed., section 7.1). The number of pairs must be
// from fewest_pairs to most_pairs.
[[nodiscard]] Interval median_ratio(const std::vector<double>& reference,
                                    const std::vector<double>& measured);

// The text "1.25 [1.21, 1.28]", with three significant digits, or "1.25 [0.7, 1.9] (wide)".
[[nodiscard]] std::string cell(const Interval& interval);
// Parses the text of a cell, with any number of digits. No value if the estimate is not within its
// interval.
[[nodiscard]] std::optional<Interval> parse_interval(std::string_view text);

// Judges the claim "at least `at_least`" by an interval. The claim holds if the whole interval is
// within it; the interval has its confidence whatever its width. It is missed if the whole interval
// is outside and not wide, because a disturbance makes a kernel slower as well as its interval
// wide. Otherwise the measurement is too noisy to decide. The names are the words in the cells of a
// table; see ResultTable::judged.
enum class Judgement { holds, missed, noisy };
[[nodiscard]] std::string_view name(Judgement judgement);
[[nodiscard]] Judgement judge(const Interval& got, double at_least);

}  // namespace maxtrick::table
