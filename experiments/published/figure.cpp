#include "published/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "inputs/digits.hpp"
#include "io/number.hpp"
#include "text/quoted.hpp"

namespace maxtrick::published {
namespace {

using table::Rule;

double reduced(const std::vector<double>& values, const std::string& reduction) {
  const auto by_size = [](double a, double b) { return std::abs(a) < std::abs(b); };
  if (reduction == "first") return values.front();
  if (reduction == "smallest") return *std::min_element(values.begin(), values.end());
  if (reduction == "largest") return *std::max_element(values.begin(), values.end());
  if (reduction == "smallest_magnitude")
    return std::abs(*std::min_element(values.begin(), values.end(), by_size));
  return std::accumulate(values.begin(), values.end(), 0.0);
}

std::vector<double> compute(const Figure& figure, const Given& given) {
  std::vector<double> all;
  for (const auto& results : figure.formula->compute(given)) {
    if (figure.reduce.empty())
      all.insert(all.end(), results.begin(), results.end());
    else
      all.push_back(reduced(results, figure.reduce));
  }
  return all;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// Softmax increases with its own logit and decreases with every other one. Its extremes over a box
// of logits are therefore at two corners of the box.
config::Range range_over_box(const Figure& figure, std::size_t index) {
  const std::size_t columns = figure.given.input[0].size();
  const auto corner = [&](double own, double others) {
    std::vector<double> x = figure.given.input[index / columns];
    for (std::size_t j = 0; j < columns; ++j) x[j] += j == index % columns ? own : others;
    return compute(figure, {{x}, {}})[index % columns];
  };
  const double h = figure.input_half_unit;
  return {corner(-h, h), corner(h, -h)};
}

// Compares printed results whose inputs were printed too, and therefore rounded. They agree where
// the range of the computed result overlaps the range of the printed one.
Agreement compare_ranges(const Figure& figure, const std::vector<double>& values) {
  std::vector<std::string> computed, off;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const config::Range range = range_over_box(figure, i);
    const std::string& printed = figure.printed[i];
    const double centre = io::parse_number(printed).value_or(NAN);
    const double half = inputs::half_unit(printed);
    computed.push_back(fmt::format("{} ({} to {})", inputs::with_more_digits(printed, values[i], 0),
                                   inputs::with_more_digits(printed, range.low, 0),
                                   inputs::with_more_digits(printed, range.high, 0)));
    if (!(centre - half <= range.high && range.low <= centre + half)) off.push_back(printed);
  }
  return {joined(computed), how_many(values.size() - off.size(), values.size()), "rounded",
          off.empty() ? fmt::format("within the rounding of the printed logits, +-{}",
                                    figure.input_half_unit)
                      : "out of reach of the printed logits: " + joined(off)};
}

Agreement compare_digits(const Figure& figure, const std::vector<double>& values) {
  std::vector<std::string> computed, off;
  bool all_rounded = true, all_truncated = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& printed = figure.printed[i];
    const auto agreement = inputs::compare(printed, values[i]);
    // A value that the document truncated is shown truncated; rounding could carry and hide the
    // digits that were cut off.
    computed.push_back(agreement.truncated && !agreement.rounded
                           ? inputs::truncated(printed, values[i], 2)
                           : inputs::with_more_digits(printed, values[i], 2));
    if (!agreement.holds()) {
      const double unit = 2 * inputs::half_unit(printed);
      const double by = std::abs(io::parse_number(printed).value_or(NAN) - values[i]) / unit;
      off.push_back(fmt::format("{} is off by {:.2g} of its last digit", printed, by));
      continue;
    }
    all_rounded &= agreement.rounded;
    all_truncated &= agreement.truncated;
  }
  return {joined(computed), how_many(values.size() - off.size(), values.size()),
          off.size() == values.size()    ? ""
          : all_rounded && all_truncated ? "either"
          : all_rounded                  ? "rounded"
          : all_truncated                ? "truncated"
                                         : "some rounded, some truncated",
          fmt::format("{}", fmt::join(off, "; "))};
}

// Compares results with the limits of a claim in words. A defect is a difference that is 0 in exact
// arithmetic; it is shown only as "small", because its last bits depend on libm.
Agreement compare_claim(const Figure& figure, const std::vector<double>& values) {
  constexpr double small = 1e-12;
  const double low = figure.limits.low, high = figure.limits.high;
  const bool defect = high > 0 && high <= small;
  // NaN must count as outside the limits, hence this form of the comparison.
  const bool holds =
      std::all_of(values.begin(), values.end(), [&](double v) { return low <= v && v <= high; });
  std::vector<std::string> shown;
  std::size_t n_small = 0;
  for (const double value : values)
    if (defect && std::abs(value) < small)
      ++n_small;
    else
      shown.push_back(fmt::format("{:.6g}", value));
  if (n_small > 0) shown.emplace_back("below 1e-12");
  return {joined(shown), holds ? "yes" : "no", "",
          holds ? "" : fmt::format("not within [{}, {}]", low, high)};
}

}  // namespace

const std::vector<std::string>& reductions() {
  static const std::vector<std::string> words{"first", "smallest", "largest", "smallest_magnitude",
                                              "sum"};
  return words;
}

std::vector<double> compute(const Figure& figure) { return compute(figure, figure.given); }

Columns columns() {
  return {
      {"id", Rule::key,
       "number of the figure: L is the course lab, E the course chapter, S the slides, R the "
       "tutorial",
       &Point::id},
      {"what", Rule::exact, "what is computed", &Point::what},
      {"printed", Rule::exact, "what the document prints or states", &Point::printed},
      {"computed", Rule::exact,
       "the computed value with two more digits, or the range that the rounding of the inputs "
       "allows; for a claim, six digits; for a figure that comes from training, the lowest and "
       "the highest of many seeds",
       &Agreement::computed},
      {"agrees", Rule::exact,
       "yes, partly or no: agreement at the printed digits, or within the range of the seeds; "
       "`check` fails if it changes",
       &Agreement::agrees},
      {"digits", Rule::exact,
       "how the printed digits were obtained: rounded; truncated; either (both give the same "
       "digits); within (between the lowest and the highest seed)",
       &Agreement::digits},
      {"note", Rule::exact, "which figures do not agree, and by how much", &Agreement::note},
  };
}

std::string how_many(std::size_t agree, std::size_t of) {
  return agree == of ? "yes" : agree == 0 ? "no" : "partly";
}

Point point_of(const Figure& figure) {
  return {figure.id, figure.what, figure.printed.empty() ? figure.claim : joined(figure.printed)};
}

Agreement evaluate(const Figure& figure) {
  const std::vector<double> values = compute(figure);
  Agreement found = figure.printed.empty()       ? compare_claim(figure, values)
                    : figure.input_half_unit > 0 ? compare_ranges(figure, values)
                                                 : compare_digits(figure, values);
  if (!figure.note.empty()) found.note += (found.note.empty() ? "" : "; ") + figure.note;
  return found;
}

Expectation read_expectation(config::Section& section) {
  Expectation expected;
  if (section.has("claim")) {
    expected.claim = section.text("claim");
    if (section.has("at_least")) expected.limits.low = section.number("at_least");
    if (section.has("at_most")) expected.limits.high = section.number("at_most");
    if (expected.limits.low > expected.limits.high)
      section.reject("at_most", "'at_most' is below 'at_least'", "limits that a number can meet");
    if (std::isinf(expected.limits.low) && std::isinf(expected.limits.high))
      section.reject("claim", "every number meets this claim",
                     "'at_least' or 'at_most' beside 'claim'");
    return expected;
  }
  expected.printed = section.texts("printed");
  for (std::size_t i = 0; i < expected.printed.size(); ++i)
    if (!std::isfinite(io::parse_number(expected.printed[i]).value_or(NAN)))
      section.reject("printed", i, text::quoted(expected.printed[i]) + " is not a number",
                     "a number as it was printed, such as \"0.0350\" or \"5.67e-03\"");
  return expected;
}

}  // namespace maxtrick::published
