// Experiment `published`: the figures that the teaching documents print, computed again.
// One row for each figure: it agrees where rounding, or else cutting, the computed numbers to the
// printed digits gives the printed ones.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "figures/digits.hpp"
#include "figures/formulas.hpp"
#include "inputs/selection.hpp"
#include "numerics/oracle.hpp"
#include "suite/experiment.hpp"
#include "suite/number.hpp"

namespace maxtrick {
namespace {

using figures::Formula;
using figures::Given;
using suite::Rule;

struct Figure {
  std::string id, what, claim, note;
  std::vector<std::string> printed;  // or else a claim in words, with its limits
  suite::Range limits;
  double input_half_unit = 0;  // the printed logits may be off by this much
  const Formula* formula = nullptr;
  std::string reduce;  // of each row's results: only the smallest, the largest, ..., or all
  Given given;
};

const std::vector<std::string> reductions{"first", "smallest", "largest", "smallest_magnitude",
                                          "sum"};

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

std::vector<suite::Column> columns() {
  return {
      {"id", Rule::key,
       "the document's figure: L the course lab, E the course chapter, S the "
       "slides, R the tutorial"},
      {"what", Rule::exact, "what is computed"},
      {"printed", Rule::exact, "what the document prints, or says"},
      {"computed", Rule::exact, "the same with two more digits; a claim's figures with six"},
      {"agrees", Rule::exact, "yes, partly or no, at the printed digits"},
      {"digits", Rule::exact,
       "how the printed digits came about: rounded, truncated; either where "
       "both give the same"},
      {"note", Rule::exact, "what does not agree, and by how much"},
  };
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

// Softmax grows with its own logit and falls with every other: the extremes over a box of logits
// are at two of its corners.
suite::Range range_over_box(const Figure& figure, std::size_t index) {
  const std::size_t columns = figure.given.input[0].size();
  const auto corner = [&](double own, double others) {
    std::vector<double> x = figure.given.input[index / columns];
    for (std::size_t j = 0; j < columns; ++j) x[j] += j == index % columns ? own : others;
    return compute(figure, {{x}, {}})[index % columns];
  };
  const double h = figure.input_half_unit;
  return {corner(-h, h), corner(h, -h)};
}

// Printed results of printed, rounded inputs: they agree where the two ranges overlap.
void compare_ranges(const Figure& figure, const std::vector<double>& values, suite::Row& row) {
  std::vector<std::string> computed, off;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const suite::Range range = range_over_box(figure, i);
    const std::string& printed = figure.printed[i];
    const double centre = suite::parse_number(printed).value_or(NAN);
    const double half = figures::half_unit(printed);
    computed.push_back(fmt::format("{} ({} to {})",
                                   figures::with_more_digits(printed, values[i], 0),
                                   figures::with_more_digits(printed, range.low, 0),
                                   figures::with_more_digits(printed, range.high, 0)));
    if (!(centre - half <= range.high && range.low <= centre + half)) off.push_back(printed);
  }
  row[3] = joined(computed);
  row[4] = off.empty() ? "yes" : off.size() == values.size() ? "no" : "partly";
  row[5] = "rounded";
  row[6] = off.empty() ? fmt::format("within the rounding of the printed logits, +-{}",
                                     figure.input_half_unit)
                       : "out of reach of the printed logits: " + joined(off);
}

void compare_digits(const Figure& figure, const std::vector<double>& values, suite::Row& row) {
  std::vector<std::string> computed, off;
  bool all_rounded = true, all_truncated = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& printed = figure.printed[i];
    const auto agreement = figures::compare(printed, values[i]);
    // Cut where the document cut: rounding could hide what was cut off.
    computed.push_back(agreement.truncated && !agreement.rounded
                           ? figures::truncated(printed, values[i], 2)
                           : figures::with_more_digits(printed, values[i], 2));
    if (!agreement.holds()) {
      const double unit = 2 * figures::half_unit(printed);
      const double by = std::abs(suite::parse_number(printed).value_or(NAN) - values[i]) / unit;
      off.push_back(fmt::format("{} is off by {:.2g} of its last digit", printed, by));
      continue;
    }
    all_rounded &= agreement.rounded;
    all_truncated &= agreement.truncated;
  }
  row[3] = joined(computed);
  row[4] = off.empty() ? "yes" : off.size() == values.size() ? "no" : "partly";
  row[5] = off.size() == values.size()    ? ""
           : all_rounded && all_truncated ? "either"
           : all_rounded                  ? "rounded"
           : all_truncated                ? "truncated"
                                          : "some rounded, some truncated";
  row[6] = fmt::format("{}", fmt::join(off, "; "));
}

// A statement in words, held to limits. A defect, which should be 0 but for roundings, is shown as
// being small and no more: its last bits are libm's.
void compare_claim(const Figure& figure, const std::vector<double>& values, suite::Row& row) {
  constexpr double small = 1e-12;
  const double low = figure.limits.low, high = figure.limits.high;
  const bool defect = high > 0 && high <= small;
  // NaN is within no limits.
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
  row[3] = joined(shown);
  row[4] = holds ? "yes" : "no";
  row[6] = holds ? "" : fmt::format("not within [{}, {}]", low, high);
}

suite::Row evaluate(const Figure& figure) {
  suite::Row row{
      figure.id, figure.what, figure.printed.empty() ? figure.claim : joined(figure.printed),
      "",        "",          "",
      ""};
  const std::vector<double> values = compute(figure, figure.given);
  if (figure.printed.empty())
    compare_claim(figure, values, row);
  else if (figure.input_half_unit > 0)
    compare_ranges(figure, values, row);
  else
    compare_digits(figure, values, row);
  if (!figure.note.empty()) row[6] += (row[6].empty() ? "" : "; ") + figure.note;
  return row;
}

void read_expectation(suite::Section& section, Figure& figure) {
  if (section.has("claim")) {
    figure.claim = section.text("claim");
    if (section.has("at_least")) figure.limits.low = section.number("at_least");
    if (section.has("at_most")) figure.limits.high = section.number("at_most");
    if (figure.limits.low > figure.limits.high)
      section.reject("at_most", "'at_most' is below 'at_least'", "limits that something can meet");
    if (std::isinf(figure.limits.low) && std::isinf(figure.limits.high))
      section.reject("claim", "a claim that anything would meet", "at_least or at_most beside it");
    return;
  }
  figure.printed = section.texts("printed");
  for (std::size_t i = 0; i < figure.printed.size(); ++i)
    if (!std::isfinite(suite::parse_number(figure.printed[i]).value_or(NAN)))
      section.reject("printed", i, fmt::format("'{}' is not a number", figure.printed[i]),
                     "a number as it was printed, such as \"0.0350\" or \"5.67e-03\"");
  if (section.has("input_half_unit")) {
    figure.input_half_unit = section.number("input_half_unit", {1e-300, 1e300});
    if (figure.formula && (figure.formula->name != "softmax" || !figure.reduce.empty()))
      section.reject("input_half_unit", "only softmax is computed over a range of logits",
                     "formula = \"softmax\", not reduced");
  }
}

// Found out before anything runs; a figure takes microseconds.
void require_as_many_as_printed(suite::Section& section, const Figure& figure) {
  const bool labelled = !figure.formula || !figure.formula->needs_labels ||
                        figure.given.labels.size() == figure.given.input.size();
  if (!figure.formula || figure.printed.empty() || !labelled) return;
  const std::size_t n = compute(figure, figure.given).size();
  if (n != figure.printed.size())
    section.reject("printed", fmt::format("{} figures, of {} results", figure.printed.size(), n),
                   "one for each");
}

Figure read_figure(suite::Section& section) {
  std::vector<std::string> names;
  for (const Formula& formula : figures::formulas()) names.push_back(formula.name);
  Figure figure;
  figure.id = inputs::read_name(section, "id");
  figure.what = section.text("what");
  if (section.has("note")) figure.note = section.text("note");
  const std::string name = section.choice("formula", names);
  for (const Formula& formula : figures::formulas())
    if (formula.name == name) figure.formula = &formula;
  if (section.has("reduce")) figure.reduce = section.choice("reduce", reductions);
  figure.given.input = section.matrix("input");
  if (figure.formula && figure.formula->needs_labels) {
    figure.given.labels = section.numbers("labels");
    if (figure.given.labels.size() != figure.given.input.size())
      section.reject("labels",
                     fmt::format("{} labels for {} rows", figure.given.labels.size(),
                                 figure.given.input.size()),
                     "one a row");
    for (std::size_t i = 0; i < figure.given.labels.size(); ++i) {
      const double y = figure.given.labels[i];
      if (!figure.given.input.empty() &&
          !(y >= 0 && y < static_cast<double>(figure.given.input[0].size()) && y == std::floor(y)))
        section.reject("labels", i, fmt::format("label {} is no class", y),
                       fmt::format("0 to {}", figure.given.input[0].size() - 1));
    }
  }
  read_expectation(section, figure);
  require_as_many_as_printed(section, figure);
  return figure;
}

suite::Plan plan(suite::Section& config) {
  suite::Plan plan{{.title = {}, .description = {}, .columns = columns(), .rows = {}}, {}};
  plan.libraries = {numerics::oracle_library()};
  plan.isas = {"scalar"};
  std::set<std::string> known;
  for (suite::Section& section : config.tables("figure")) {
    Figure figure = read_figure(section);
    if (!known.insert(figure.id).second)
      section.reject("id", fmt::format("duplicate figure '{}'", figure.id), "another id");
    plan.cases.push_back(
        {figure.id, [figure = std::move(figure)]() -> std::variant<suite::Row, suite::Skip> {
           return evaluate(figure);
         }});
  }
  return plan;
}

const suite::RegisterExperiment registered{
    {"published", "the figures printed in the teaching documents, computed again", plan}};

}  // namespace
}  // namespace maxtrick
