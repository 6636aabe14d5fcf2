// Experiment `accuracy`: how wrong each way of computing an op is, and where. One row of the table
// for each variant, type, distribution of logits and number of classes; each is the worst and the
// mean of several random rows, every output judged against the oracle (findings.hpp).
#include <fmt/format.h>

#include <memory>

#include "accuracy/findings.hpp"
#include "accuracy/grid.hpp"
#include "inputs/logits.hpp"
#include "inputs/variant_plan.hpp"
#include "ops/registry.hpp"

namespace maxtrick::accuracy {
namespace {

using ops::DType;
using ops::Op;
using ops::Variant;
using table::Measure;
using table::Rule;

struct Point {
  const Variant* variant;
  DType dtype;
  std::shared_ptr<const Distribution> distribution;
  std::size_t classes;
};

using Columns = table::Columns<Point, Findings>;

Columns columns(double tolerance_ulp) {
  // Of the errors of n outputs the mean moves less than the largest.
  const table::Tolerance ulps{Measure::absolute, 2,
                              "another libm may round exp and log the other way, one ULP each"};
  const table::Tolerance mean{Measure::absolute, 0.2,
                              "as max_error_ulp, but few outputs are rounded the other way"};
  const table::Tolerance share{Measure::relative, 0.5,
                               "another libm may round exp and log the other way"};
  const auto rounded = [](auto member) {
    return [member](const Findings& found) { return table::short_number(found.*member); };
  };
  return {
      {"variant", Rule::key, "the implementation", &Point::variant, &Variant::name},
      {"dtype", Rule::key,
       "working type; in float16 and bfloat16 every operation is rounded, _in_float32 only the "
       "logits and results are",
       &Point::dtype},
      {"distribution", Rule::key, "of the logits; the list says what it provokes",
       &Point::distribution, &Distribution::name},
      {"classes", Rule::key, "how many logits a row has", &Point::classes},
      {"rows", Rule::exact, "how many random rows", &Findings::rows},
      {"outcome", Rule::exact,
       fmt::format("the worst of all outputs: ok, inaccurate (more than {} ULP off), wrong (not "
                   "one correct digit), underflow, overflow, nan",
                   tolerance_ulp),
       &Findings::outcome},
      {"max_error_ulp", ulps, "largest error of an output, in ULP of its exact value",
       rounded(&Findings::max_ulp)},
      {"mean_error_ulp", mean, "mean error of all outputs of all rows",
       [](const Findings& found) { return table::short_number(found.mean_ulp()); }},
      {"smallest_error_relative", share, "largest relative error of a row's smallest output",
       rounded(&Findings::smallest_relative)},
      {"largest_error_relative", share, "largest relative error of a row's largest output",
       rounded(&Findings::largest_relative)},
      {"sum_error", share,
       "largest distance from 1 of a row's probabilities (log_softmax: of the exponentials)",
       rounded(&Findings::sum_error)},
      {"norm_error_u", ulps,
       "norm-wise relative error, max |error| / max |y|, in units of the unit roundoff u, of the "
       "row that comes nearest to its bound",
       rounded(&Findings::norm_error_u)},
      {"bound_u", share,
       "the bound that theory gives on it for that row; empty where theory says nothing",
       rounded(&Findings::bound_u)},
      {"worst_seed", Rule::info, "the seed of the row with the largest error in ULP",
       &Findings::worst_seed},
      {"hazard", Rule::exact, "what the distribution provokes", &Point::distribution,
       &Distribution::hazard},
  };
}

// The cases of one op, storage type, distribution and number of classes: they share the rows.
template <class S>
void lay_out(run::Plan& plan, const Columns& columns, const Grid& grid, Op op,
             const std::shared_ptr<const Distribution>& distribution, std::size_t classes) {
  if (!distribution->has(classes)) return;
  const auto shared = std::make_shared<SharedRows<S>>(SharedRows<S>{grid.seed});
  for (std::size_t i = 0; i < grid.rows(*distribution, classes); ++i)
    shared->rows.emplace_back(op, [distribution, classes, seed = grid.seed + i] {
      return inputs::rounded<S>(distribution->row(classes, seed));
    });
  const std::size_t batch = plan.cases.size() + 1;
  const auto run = [shared, tolerance_ulp = grid.tolerance_ulp](
                       const Point& point) -> std::variant<Findings, run::Skip> {
    if (!point.distribution->missing.empty()) return run::Skip{point.distribution->missing};
    return measure<S>(*point.variant, point.dtype, *shared, tolerance_ulp);
  };
  for (const DType dtype : grid.dtypes) {
    const bool stored_so = ops::with_storage(
        dtype, []<class T>(std::type_identity<T>) { return std::is_same_v<T, S>; });
    if (!stored_so) continue;
    for (const Variant* variant : grid.variants)
      if (variant->op == op && variant->has(dtype))
        plan.cases.push_back(inputs::of_variant(
            run::case_of(columns, Point{variant, dtype, distribution, classes}, run, batch),
            *variant));
  }
}

run::Plan plan(config::Section& config) {
  const Grid grid = read_grid(config);
  const Columns columns = accuracy::columns(grid.tolerance_ulp);
  run::Plan plan = inputs::begin_plan(columns.schema(), grid.variants);
  plan.table.limits = {{"norm_error_u", "bound_u"}};
  add_views(plan.table, grid);
  for (const Op op : ops::ops_of_logits())
    for (const auto& distribution : grid.distributions)
      for (const std::size_t classes : grid.classes) {
        lay_out<float>(plan, columns, grid, op, distribution, classes);
        lay_out<double>(plan, columns, grid, op, distribution, classes);
        lay_out<numerics::Float16>(plan, columns, grid, op, distribution, classes);
        lay_out<numerics::BFloat16>(plan, columns, grid, op, distribution, classes);
      }
  return plan;
}

const run::RegisterExperiment registered{
    {"accuracy", "error of each variant by type, distribution of the logits and classes", plan}};

}  // namespace
}  // namespace maxtrick::accuracy
