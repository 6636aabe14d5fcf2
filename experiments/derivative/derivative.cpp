// Experiment `derivative`: the Jacobian of softmax and the gradient of cross-entropy, computed in
// the working type from the probabilities that a variant gives, against the exact ones. What theory
// allows is derived in measures/derivative_bounds.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "derivative/derivative_bounds.hpp"
#include "inputs/exact_row.hpp"
#include "inputs/logits.hpp"
#include "inputs/numbers.hpp"
#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "numerics/random.hpp"
#include "ops/apply.hpp"
#include "ops/dtype.hpp"
#include "ops/softmax.hpp"
#include "oracle/derivative_errors.hpp"
#include "run/experiment.hpp"

namespace maxtrick::derivative {
namespace {

using derivative::DerivativeBounds;
using ops::DType;
using ops::Op;
using ops::Variant;
using oracle::ExactDerivative;
using table::Rule;

std::vector<table::Column> columns() {
  const table::Tolerance by_libm{
      table::Measure::absolute, 4,
      "another libm may round exp the other way, which moves a probability by an ULP or two"};
  return {
      {"row", Rule::key, "the row of logits; the list of rows says what it provokes"},
      {"classes", Rule::key, "logits in the row"},
      {"dtype", Rule::key,
       "working type of probabilities and derivative; in_float32: the stored probabilities are 16 "
       "bits, the derivative's arithmetic is float32, its results are rounded to 16 bits"},
      {"variant", Rule::key, "the softmax that gave the probabilities"},
      {"jacobian_error_u", Rule::bounded,
       "largest error of an entry p_i (1 - p_i) or -p_i p_j, by the largest exact entry, in units "
       "of the unit roundoff u; inf where a probability is NaN, here and in all that follows",
       by_libm},
      {"jacobian_bound_u", Rule::bounded,
       "what theory allows that error, given the errors of the probabilities; empty where a "
       "probability is NaN or infinite, here and in the other bounds",
       by_libm},
      {"row_sum_defect_u", Rule::bounded,
       "largest sum of a row of the Jacobian, which is 0 exactly, by the largest exact entry, in u",
       by_libm},
      {"symmetry_defect", Rule::exact,
       "largest |J_ij - J_ji|: 0, for multiplication commutes, also where both are NaN"},
      {"gradient_error_u", Rule::bounded,
       "largest error of an entry of y - t, by the largest exact entry, in u", by_libm},
      {"gradient_sum_defect_u", Rule::bounded,
       "sum of y - t, which is 0 exactly, by the largest exact entry, in u", by_libm},
      {"minus_1_error_u", Rule::bounded,
       "relative error of the target's entry of y - t computed as p_t - 1, in u", by_libm},
      {"minus_1_bound_u", Rule::bounded, "what theory allows that error", by_libm},
      {"of_others_error_u", Rule::bounded,
       "relative error of the same entry computed as minus the sum of the other probabilities, "
       "in u",
       by_libm},
      {"of_others_bound_u", Rule::bounded, "what theory allows that error", by_libm},
      {"minus_1_relative_error", Rule::info,
       "minus_1_error_u times u, for reading: 1 means not one digit"},
      {"of_others_relative_error", Rule::info, "of_others_error_u times u, for reading"},
      {"hazard", Rule::exact, "what the row provokes"},
  };
}

struct Logits {
  std::string name, hazard;
  bool leads = false;  // gap at the target and 0 elsewhere; else normal
  double gap = 0, scale = 0;
  std::uint64_t seed = 0;
};

std::vector<double> generate(const Logits& logits, std::size_t classes) {
  std::vector<double> row(classes);
  if (logits.leads) {
    row[oracle::target] = logits.gap;
  } else {
    numerics::Random random(logits.seed);
    for (double& x : row) x = logits.scale * random.normal();
  }
  return row;
}

template <class S>
table::Row measure(const Logits& logits, const Variant& variant, DType dtype,
                   const std::vector<S>& row, const ExactDerivative& exact) {
  const double u = ops::unit_roundoff(dtype);
  const auto p = ops::apply<S>(variant, dtype, row);
  const auto error = oracle::derivative_errors<S>(exact, p, dtype);

  std::vector<double> a;  // the probabilities' own errors
  for (std::size_t i = 0; i < p.size(); ++i)
    a.push_back(oracle::distance(double{p[i]}, exact.p[i], exact.q[i]));
  const bool finite = std::all_of(a.begin(), a.end(), [](double x) { return std::isfinite(x); });
  const auto bound = finite ? derivative::derivative_bounds(exact, a, dtype) : DerivativeBounds{};
  const auto bound_cell = [&](double x) { return finite ? table::cell(x / u) : ""; };
  return {logits.name,
          fmt::format("{}", row.size()),
          std::string(name(dtype)),
          variant.name(),
          table::cell(error.jacobian / u),
          bound_cell(bound.jacobian),
          table::cell(error.row_sum / u),
          table::cell(error.symmetry),
          table::cell(error.gradient / u),
          table::cell(error.gradient_sum / u),
          table::cell(error.minus_1 / u),
          bound_cell(bound.minus_1),
          table::cell(error.of_others / u),
          bound_cell(bound.of_others),
          fmt::format("{:.2g}", error.minus_1),
          fmt::format("{:.2g}", error.of_others),
          logits.hazard};
}

struct Grid {
  std::vector<Logits> rows;
  std::vector<std::size_t> classes;
  std::vector<DType> dtypes;
  std::vector<const Variant*> variants;
};

template <class S>
void lay_out(run::Plan& plan, const Grid& grid, const Logits& logits, std::size_t classes,
             DType dtype) {
  const auto row = inputs::rounded<S>(generate(logits, classes));
  const auto exact = std::make_shared<inputs::ExactRow<double>>(
      ops::softmax, std::vector<double>(row.begin(), row.end()));
  const std::size_t batch = plan.cases.size() + 1;
  for (const Variant* variant : grid.variants) {
    if (!variant->has(dtype)) continue;
    plan.cases.push_back(inputs::variant_case(
        fmt::format("{}/{}/{}/{}", logits.name, classes, name(dtype), variant->name()), *variant,
        batch,
        [=] { return measure<S>(logits, *variant, dtype, row, ExactDerivative(exact->exact())); }));
  }
}

std::vector<Logits> read_rows(config::Section& config) {
  std::vector<Logits> rows;
  inputs::Names names("row");
  for (config::Section& section : config.tables("row")) {
    Logits one{.name = inputs::read_name(section, "name"), .hazard = section.text("hazard")};
    names.add(section, one.name);
    one.leads = section.has("gap");
    // Within these no exact probability is subnormal in double, where a pair would lose digits.
    if (one.leads) {
      one.gap = section.number("gap", {-300, 300});
    } else {
      one.scale = section.number("scale", {0, 30});
      one.seed = static_cast<std::uint64_t>(
          section.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
    }
    rows.push_back(std::move(one));
  }
  return rows;
}

Grid read_grid(config::Section& config) {
  Grid grid;
  grid.dtypes = inputs::read_dtypes(config);
  grid.variants = inputs::read_variants(config);
  inputs::require_op(config, grid.variants, ops::softmax);
  inputs::require_dtypes(config, grid.dtypes, grid.variants);
  grid.classes = inputs::read_classes(config, 2, 1000);
  grid.rows = read_rows(config);
  return grid;
}

void add_views(table::ResultTable& table, const Grid& grid) {
  // What storing p_t loses is the same for every variant.
  if (const Variant* variant = inputs::stand_in(grid.variants, ops::softmax, grid.dtypes))
    for (const std::size_t classes : grid.classes)
      table.pivots.push_back(
          {.title =
               fmt::format("The target's entry, {} classes, probabilities by {}: relative error "
                           "of p_t - 1, and of minus the sum of the others",
                           classes, variant->name()),
           .row = "row",
           .column = "dtype",
           .cells = {"minus_1_relative_error", "of_others_relative_error"},
           .only = {{"classes", fmt::format("{}", classes)}, {"variant", variant->name()}}});
  struct View {
    const char* title;
    std::vector<std::string> cells;
  };
  const std::vector<View> views{
      {"the Jacobian's error and its bound, in u", {"jacobian_error_u", "jacobian_bound_u"}},
      {"defects of the Jacobian's row sums and of the gradient's sum, in u",
       {"row_sum_defect_u", "gradient_sum_defect_u"}}};
  for (const View& view : views)
    for (const DType dtype : grid.dtypes) {
      if (ops::computes_in_float32(dtype)) continue;  // the CSV has them
      table.pivots.push_back(
          {.title = fmt::format("{}, {} classes: {}", name(dtype), grid.classes.back(), view.title),
           .row = "row",
           .column = "variant",
           .cells = view.cells,
           .only = {{"classes", fmt::format("{}", grid.classes.back())},
                    {"dtype", std::string(name(dtype))}}});
    }
  table.legend = {"row", "hazard"};
}

run::Plan plan(config::Section& config) {
  const Grid grid = read_grid(config);
  run::Plan plan = inputs::begin_plan(columns(), grid.variants);
  plan.table.limits = {{"jacobian_error_u", "jacobian_bound_u"},
                       {"minus_1_error_u", "minus_1_bound_u"},
                       {"of_others_error_u", "of_others_bound_u"}};
  add_views(plan.table, grid);
  for (const Logits& logits : grid.rows)
    for (const std::size_t classes : grid.classes)
      for (const DType dtype : grid.dtypes)
        ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
          lay_out<S>(plan, grid, logits, classes, dtype);
        });
  return plan;
}

const run::RegisterExperiment registered{
    {"derivative", "the Jacobian of softmax and the gradient y - t, and what p_t - 1 loses", plan}};

}  // namespace
}  // namespace maxtrick::derivative
