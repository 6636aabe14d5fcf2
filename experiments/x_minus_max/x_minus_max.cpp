// Experiment `x_minus_max`: from which gap on the slides' approximation of log-softmax, x - max, is
// good enough. One row for each type, number of classes and criterion: the gap found by measurement
// beside the one that theory predicts.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <memory>

#include "inputs/numbers.hpp"
#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "ops/dtype.hpp"
#include "run/experiment.hpp"
#include "x_minus_max/gap_search.hpp"

namespace maxtrick::x_minus_max {
namespace {

using ops::DType;
using table::Rule;

std::vector<table::Column> columns() {
  const table::Tolerance formula = {table::Measure::absolute, 1e-11, "log and exp of libm"};
  return {
      {"criterion", Rule::key, "what is asked of x - max"},
      {"dtype", Rule::key, "working type"},
      {"classes", Rule::key, "how many logits: the leader at 0, the others at -gap"},
      {"from_gap", Rule::exact,
       "measured: the smallest gap of the grid from which on the criterion holds up to the "
       "largest; "
       "never, where it fails there still"},
      {"predicted_gap", Rule::bounded, "by theory, on no grid", formula},
      {"difference", Rule::bounded,
       "distance of the two; empty where both are beyond the largest gap, inf where only the "
       "measured is",
       formula},
      {"grid_spacing", Rule::exact,
       "from from_gap to the next gap of the grid: bounds the difference"},
      {"monotone", Rule::exact,
       "yes: in a scan of the range at scan_step the error grows nowhere, and the criterion never "
       "fails "
       "again"},
      {"meaning", Rule::exact, "the criterion in full"},
  };
}

template <class S>
table::Row measure(Measured<S>& measured, const Criterion& criterion, DType dtype,
                   std::size_t classes, const Gaps& gaps) {
  const Found found = search(measured, criterion, gaps);
  const double predicted = predicted_gap(criterion, gaps.digits, classes);
  std::string difference = "inf", spacing = table::cell(gaps.spacing(gaps.last()));
  if (found.from_gap) {
    difference = table::cell(std::fabs(*found.from_gap - predicted));
    spacing = table::cell(gaps.spacing(*found.from_gap));
  } else if (predicted > gaps.last()) {
    difference = spacing = "";
  }
  return {criterion.name,
          std::string(name(dtype)),
          fmt::format("{}", classes),
          found.from_gap ? table::cell(*found.from_gap) : "never",
          table::cell(predicted),
          difference,
          spacing,
          found.monotone ? "yes" : "no",
          criterion.meaning};
}

std::vector<Criterion> read_criteria(config::Section& config) {
  using Kind = Criterion::Kind;
  std::vector<Criterion> criteria;
  inputs::Names names("criterion");
  for (config::Section& section : config.tables("criterion")) {
    Criterion one{inputs::read_name(section, "name"), section.text("meaning"),
                  Kind::probability_within, 1};
    const bool in_ulp = section.has("others_within_ulp");
    if (in_ulp && section.has("probability_within"))
      section.reject("others_within_ulp", "beside 'probability_within'", "one of the two");
    if (in_ulp) one.kind = Kind::others_within_ulp;
    // Finer than these the oracle's own 2^-41 ULP would show.
    one.tolerance = in_ulp ? section.number("others_within_ulp", {0x1p-30, 1024})
                           : section.number("probability_within", {1e-9, 1});
    names.add(section, one.name);
    criteria.push_back(std::move(one));
  }
  return criteria;
}

Gaps read_gaps(config::Section& config) {
  Gaps gaps{config.number("grid_step", {0x1p-20, 1}), config.number("largest_gap", {8, 700}),
            config.number("scan_step", {0x1p-4, 100}), 0};
  int exponent = 0;
  if (std::frexp(gaps.step, &exponent) != 0.5)
    config.reject("grid_step", fmt::format("{} is no power of two", gaps.step),
                  "a power of two, of which all types hold the multiples");
  return gaps;
}

run::Plan plan(config::Section& config) {
  const auto dtypes = inputs::read_dtypes(config);
  const auto classes = inputs::read_classes(config, 2);
  const Gaps common = read_gaps(config);
  const auto criteria = read_criteria(config);

  run::Plan plan = inputs::begin_plan(columns());
  plan.table.limits = {{"difference", "grid_spacing"}};
  plan.table.legend = {"criterion", "meaning"};
  std::size_t batch = 0;
  for (const DType dtype : dtypes) {
    plan.table.pivots.push_back(
        {.title =
             fmt::format("{}: from which gap on, by classes (measured, predicted)", name(dtype)),
         .row = "criterion",
         .column = "classes",
         .cells = {"from_gap", "predicted_gap"},
         .only = {{"dtype", std::string(name(dtype))}}});
    for (const std::size_t n : classes)
      ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
        ++batch;
        Gaps gaps = common;
        gaps.digits = std::numeric_limits<S>::digits;
        const auto measured = std::make_shared<Measured<S>>(dtype, n);
        for (const Criterion& criterion : criteria)
          plan.cases.push_back({fmt::format("{}/{}/{}", criterion.name, name(dtype), n),
                                [=]() -> std::variant<table::Row, run::Skip> {
                                  return measure<S>(*measured, criterion, dtype, n, gaps);
                                },
                                batch});
      });
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"x_minus_max", "from which gap on the approximation x - max is good enough", plan}};

}  // namespace
}  // namespace maxtrick::x_minus_max
