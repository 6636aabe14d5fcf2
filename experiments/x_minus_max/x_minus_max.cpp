// Experiment `x_minus_max`: from which gap on the slides' approximation of log-softmax, x - max, is
// good enough. One row for each type, number of classes and criterion: the gap found by measurement
// beside the one that theory predicts.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "inputs/numbers.hpp"
#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "ops/dtype.hpp"
#include "x_minus_max/gap_search.hpp"

namespace maxtrick::x_minus_max {
namespace {

using ops::DType;
using table::Rule;

struct Point {
  std::shared_ptr<const Criterion> criterion;
  DType dtype;
  std::size_t classes;
};

struct Compared {
  Found measured;
  double predicted = 0;
  std::optional<double> difference = {}, spacing = {};
};

using Columns = table::Columns<Point, Compared>;

Columns columns() {
  const table::Tolerance formula = {table::Measure::absolute, 1e-11, "log and exp of libm"};
  return {
      {"criterion", Rule::key, "what is asked of x - max", &Point::criterion, &Criterion::name},
      {"dtype", Rule::key, "working type", &Point::dtype},
      {"classes", Rule::key, "how many logits: the leader at 0, the others at -gap",
       &Point::classes},
      {"from_gap", Rule::exact,
       "measured: the smallest gap of the grid from which on the criterion holds up to the "
       "largest; "
       "never, where it fails there still",
       [](const Compared& both) -> table::Cell {
         if (!both.measured.from_gap) return "never";
         return *both.measured.from_gap;
       }},
      {"predicted_gap", formula, "by theory, on no grid", &Compared::predicted},
      {"difference", formula,
       "distance of the two; empty where both are beyond the largest gap, inf where only the "
       "measured is",
       &Compared::difference},
      {"grid_spacing", Rule::exact,
       "from from_gap to the next gap of the grid: bounds the difference", &Compared::spacing},
      {"monotone", Rule::exact,
       "yes: in a scan of the range at scan_step the error grows nowhere, and the criterion never "
       "fails "
       "again",
       &Compared::measured, &Found::monotone},
      {"meaning", Rule::exact, "the criterion in full", &Point::criterion, &Criterion::meaning},
  };
}

template <class S>
Compared measure(const Point& point, Measured<S>& measured, const Gaps& gaps) {
  Compared both{search(measured, *point.criterion, gaps),
                predicted_gap(*point.criterion, gaps.digits, point.classes)};
  if (both.measured.from_gap) {
    both.difference = std::fabs(*both.measured.from_gap - both.predicted);
    both.spacing = gaps.spacing(*both.measured.from_gap);
  } else if (!(both.predicted > gaps.last())) {
    both.difference = INFINITY;
    both.spacing = gaps.spacing(gaps.last());
  }
  return both;
}

std::vector<std::shared_ptr<const Criterion>> read_criteria(config::Section& config) {
  using Kind = Criterion::Kind;
  std::vector<std::shared_ptr<const Criterion>> criteria;
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
    criteria.push_back(std::make_shared<const Criterion>(std::move(one)));
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

  const Columns columns = x_minus_max::columns();
  run::Plan plan = inputs::begin_plan(columns.schema());
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
        const auto run = [measured, gaps](const Point& point) {
          return measure<S>(point, *measured, gaps);
        };
        for (const auto& criterion : criteria)
          plan.cases.push_back(run::case_of(columns, Point{criterion, dtype, n}, run, batch));
      });
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"x_minus_max", "from which gap on the approximation x - max is good enough", plan}};

}  // namespace
}  // namespace maxtrick::x_minus_max
