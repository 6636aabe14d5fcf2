// Experiment `accuracy`: measures the error of each variant of an op, by comparing every output with
// the oracle. The table has one row for each variant, type, distribution and number of classes. It
// has the largest and the mean error over several vectors of logits, random or from a file, and the
// seed of the worst one.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "accuracy/distribution.hpp"
#include "inputs/exact_row.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "ops/apply.hpp"
#include "ops/registry.hpp"
#include "oracle/norm_wise.hpp"
#include "oracle/outcome.hpp"
#include "text/quoted.hpp"

namespace maxtrick::accuracy {
namespace {

using ops::DType;
using ops::Op;
using ops::Variant;
using table::Measure;
using table::Rule;

// Summary of the rows of a case.
struct Findings {
  oracle::Outcome outcome = oracle::Outcome::ok;
  double max_ulp = -1, sum_ulp = 0;
  std::size_t rows = 0, outputs = 0;
  std::uint64_t worst_seed = 0;
  double smallest_relative = 0, largest_relative = 0;
  std::optional<double> sum_error;
  // These belong to the row that is nearest to its bound or, if no row has a bound, to the worst
  // row.
  double norm_error_u = 0;
  std::optional<double> bound_u;

  [[nodiscard]] double mean_ulp() const { return sum_ulp / static_cast<double>(outputs); }
};

template <class S>
void add_norm_wise(Findings& found, const ops::Variant& variant, ops::DType dtype,
                   inputs::ExactRow<S>& row, std::span<const S> got) {
  const double error = oracle::norm_wise_error<S>(row.exact(), got) / ops::unit_roundoff(dtype);
  const auto facts = row.facts(dtype);
  const auto bound = facts ? oracle::bound(variant, dtype, *facts) : std::nullopt;
  // An error of 0 is within a bound of 0, and its share is 0.
  const auto share = [](double e, double b) { return e <= 0 ? 0 : e / b; };
  const bool nearer =
      bound ? !found.bound_u || share(error, *bound) > share(found.norm_error_u, *found.bound_u)
            : !found.bound_u && error > found.norm_error_u;
  if (!nearer) return;
  found.norm_error_u = error;
  found.bound_u = bound;
}

template <class S>
void add_row(Findings& found, const ops::Variant& variant, ops::DType dtype,
             inputs::ExactRow<S>& row, std::uint64_t seed, double tolerance_ulp) {
  const auto& exact = row.exact();
  const auto got = ops::apply(variant, dtype, row.logits());
  const auto verdict =
      oracle::judge<S>(variant.op, exact, got, tolerance_ulp, !variant.special_values.empty());
  found.outcome = std::max(found.outcome, verdict.outcome);
  found.sum_ulp += verdict.sum_error_ulp;
  if (verdict.max_error_ulp > found.max_ulp) {
    found.max_ulp = verdict.max_error_ulp;
    found.worst_seed = seed;
  }
  std::size_t smallest = 0, largest = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (exact[i].rounded < exact[smallest].rounded) smallest = i;
    if (exact[i].rounded > exact[largest].rounded) largest = i;
  }
  ++found.rows;
  found.outputs += got.size();
  found.smallest_relative =
      std::max(found.smallest_relative, numerics::relative_error(exact[smallest], got[smallest]));
  found.largest_relative =
      std::max(found.largest_relative, numerics::relative_error(exact[largest], got[largest]));
  if (const auto sum = oracle::sum_minus_1<S>(variant.op, got)) {
    const double error = std::isnan(*sum) ? INFINITY : std::abs(*sum);
    found.sum_error = std::max(found.sum_error.value_or(0), error);
  }
  add_norm_wise<S>(found, variant, dtype, row, got);
}

template <class S>
Findings measure(const ops::Variant& variant, ops::DType dtype, inputs::ExactRows<S>& rows,
                 std::uint64_t first_seed, double tolerance_ulp) {
  Findings found;
  std::uint64_t seed = first_seed;
  for (const auto& row : rows.get()) add_row<S>(found, variant, dtype, *row, seed++, tolerance_ulp);
  return found;
}

// The axes, and the number of random rows of a case.
struct Grid {
  std::vector<ops::DType> dtypes;
  std::vector<const ops::Variant*> variants;
  std::vector<std::shared_ptr<const Distribution>> distributions;
  std::vector<std::size_t> classes;
  double tolerance_ulp = 0;
  std::uint64_t seed = 1;    // of the first
  std::size_t outputs = 0;   // the approximate number of logits of a case
  std::size_t max_rows = 0;  // the largest number of rows; a file may have fewer

  [[nodiscard]] std::size_t rows(const Distribution& distribution, std::size_t n) const {
    return std::min(std::clamp<std::size_t>(outputs / n, 1, max_rows), distribution.rows);
  }
};

// Reads dtypes, variants, classes, inaccurate_above_ulp, seed, outputs, max_rows and the tables
// [[distribution]]. Errors are noted in the config.
Grid read_grid(config::Section& config) {
  Grid grid;
  grid.dtypes = inputs::read_dtypes(config);
  grid.variants = inputs::read_variants(config);
  inputs::require_dtypes(config, grid.dtypes, grid.variants);
  grid.classes = inputs::read_classes(config);
  grid.tolerance_ulp = config.number("inaccurate_above_ulp", {0.5, 1e6});
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  grid.seed = static_cast<std::uint64_t>(config.integer("seed", 0, most / 2));
  grid.outputs = config.count("outputs", 1, 1'000'000'000);
  grid.max_rows = config.count("max_rows", 1, 1'000'000);
  for (const Distribution& one : read_distributions(config, grid.dtypes)) {
    grid.distributions.push_back(std::make_shared<const Distribution>(one));
    if (std::none_of(grid.classes.begin(), grid.classes.end(),
                     [&](std::size_t n) { return one.has(n); }))
      config.reject("classes",
                    fmt::format("each row of {} has {} logits, which 'classes' does not list",
                                text::quoted(one.name), one.classes),
                    "that number in 'classes'");
  }
  return grid;
}

// Adds the views that the table's Markdown shows.
void add_views(table::ResultTable& table, const Grid& grid) {
  for (const DType dtype : grid.dtypes)
    table.counts.push_back(
        {.title = fmt::format("Number of cases by outcome, {}", name(dtype)),
         .row = "variant",
         .column = "outcome",
         .columns = {"ok", "inaccurate", "wrong", "underflow", "overflow", "nan"},
         .only = {{"dtype", dtype}}});
  const std::string classes =
      fmt::format("{}", grid.classes[grid.classes.size() > 4 ? 4 : grid.classes.size() - 1]);
  for (const DType dtype : grid.dtypes)
    table.pivots.push_back(
        {.title = fmt::format("Largest error in ULP, {}, {} classes", name(dtype), classes),
         .row = "variant",
         .column = "distribution",
         .cells = {"max_error_ulp"},
         .only = {{"dtype", dtype}, {"classes", classes}}});
  for (const auto& distribution : grid.distributions)
    table.pivots.push_back(
        {.title = fmt::format("Largest error in ULP by number of classes, float32, {}",
                              distribution->name),
         .row = "variant",
         .column = "classes",
         .cells = {"max_error_ulp"},
         .only = {{"dtype", "float32"}, {"distribution", distribution->name}}});
  table.legend = {"distribution", "hazard"};
}

struct Point {
  const Variant* variant;
  DType dtype;
  std::shared_ptr<const Distribution> distribution;
  std::size_t classes;
};

using Columns = table::Columns<Point, Findings>;

Columns columns(double tolerance_ulp) {
  // About three times the change that was measured with glibc without FMA. Only rows of float64
  // changed.
  const table::Tolerance ulps{Measure::absolute, 0.5,
                              "without FMA, exp and log of glibc round a few results differently, "
                              "which changed this by at most 0.13",
                              table::not_negative};
  const table::Tolerance mean{Measure::absolute, 0.02,
                              "as for max_error_ulp; changed by at most 0.005",
                              table::not_negative};
  const table::Tolerance relative{Measure::relative, 0.1,
                                  "as for max_error_ulp; no change was seen", table::not_negative};
  const table::Tolerance sum{
      Measure::relative, 0.5,
      "as for max_error_ulp; if all errors nearly cancel, it changed by up to 0.24",
      table::not_negative};
  // Libm computes no error. It only decides which row is nearest to its bound, and only where two
  // rows are equally near to their bounds but for the last bits.
  const table::Tolerance by_theory{
      .measure = Measure::relative,
      .value = 1e-5,
      .reason = "libm computes this bound, which is shown with six digits",
      .range = table::not_negative,
      .promised = 1e-5};
  const table::Tolerance any_row{
      Measure::absolute, std::numeric_limits<double>::infinity(),
      "if two rows have nearly the same error, the last bit decides which one it is",
      table::not_negative};
  const auto rounded = [](auto member) {
    return [member](const Findings& found) { return table::short_number(found.*member); };
  };
  return {
      {"variant", Rule::key, "the variant", &Point::variant, &Variant::name},
      {"dtype", Rule::key,
       "working type; float16 and bfloat16 round every operation; the types ..._in_float32 "
       "round only the logits and the results",
       &Point::dtype},
      {"distribution", Rule::key,
       "distribution of the logits; the list of distributions says what each "
       "provokes",
       &Point::distribution, &Distribution::name},
      {"classes", Rule::key, "number of logits in each row", &Point::classes},
      {"rows", Rule::exact, "number of random rows", &Findings::rows},
      {"outcome", Rule::exact,
       fmt::format("outcome of the worst output: ok, inaccurate (more than {} ULP off), wrong "
                   "(no correct digit), underflow, overflow, nan",
                   tolerance_ulp),
       &Findings::outcome},
      {"max_error_ulp", ulps, "largest error of an output, in ULP of its exact value",
       rounded(&Findings::max_ulp)},
      {"mean_error_ulp", mean, "mean error over all outputs of all rows",
       [](const Findings& found) { return table::short_number(found.mean_ulp()); }},
      {"smallest_error_relative", relative,
       "largest relative error of the smallest output of a row",
       rounded(&Findings::smallest_relative)},
      {"largest_error_relative", relative, "largest relative error of the largest output of a row",
       rounded(&Findings::largest_relative)},
      {"sum_error", sum,
       "largest distance of a sum of probabilities from 1 (log_softmax: of the sum of the "
       "exponentials)",
       rounded(&Findings::sum_error)},
      {"norm_error_u", ulps,
       "norm-wise relative error, max |error| / max |y|, in units of the unit roundoff u, of "
       "the row that comes closest to its bound",
       rounded(&Findings::norm_error_u)},
      {"bound_u", by_theory,
       "the theoretical bound on that error for that row; empty where theory gives no bound",
       rounded(&Findings::bound_u)},
      {"worst_seed", any_row, "seed of the row with the largest error in ULP",
       &Findings::worst_seed},
      {"hazard", Rule::exact, "what the distribution provokes", &Point::distribution,
       &Distribution::hazard},
  };
}

// The random rows of one op, storage type, distribution and number of classes. The seed of row i is
// first_seed + i.
template <class S>
std::shared_ptr<inputs::ExactRows<S>> random_rows(
    Op op, const std::shared_ptr<const Distribution>& distribution, std::size_t classes,
    std::size_t count, std::uint64_t first_seed) {
  return std::make_shared<inputs::ExactRows<S>>([=] {
    inputs::ExactRowList<S> rows;
    for (std::size_t i = 0; i < count; ++i)
      rows.push_back(std::make_unique<inputs::ExactRow<S>>(
          op,
          [distribution, classes, seed = first_seed + i] {
            return inputs::rounded<S>(distribution->row(classes, seed));
          },
          oracle::Stages::pairs_first));
    return rows;
  });
}

// Adds the cases of one op, storage type, distribution and number of classes, which share their
// rows.
template <class S>
void lay_out(run::Plan& plan, const Columns& columns, const Grid& grid, Op op,
             const std::shared_ptr<const Distribution>& distribution, std::size_t classes) {
  if (!distribution->has(classes)) return;
  const auto rows =
      random_rows<S>(op, distribution, classes, grid.rows(*distribution, classes), grid.seed);
  const std::size_t batch = plan.cases.size() + 1;
  const auto run = [rows, seed = grid.seed, tolerance_ulp = grid.tolerance_ulp](
                       const Point& point) -> std::variant<Findings, run::Skip> {
    if (!point.distribution->missing.empty()) return run::Skip{point.distribution->missing};
    return measure<S>(*point.variant, point.dtype, *rows, seed, tolerance_ulp);
  };
  for (const DType dtype : grid.dtypes) {
    const bool stored_so = ops::with_storage(
        dtype, []<class T>(std::type_identity<T>) { return std::is_same_v<T, S>; });
    if (!stored_so) continue;
    for (const Variant* variant : grid.variants)
      if (variant->op == op && variant->has(dtype))
        plan.cases.push_back(inputs::of_variant(
            run::case_of(columns, Point{variant, dtype, distribution, classes}, run, batch),
            *variant, dtype));
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
    {"accuracy",
     "error of each variant, by type, distribution of the logits and number of "
     "classes",
     plan}};

}  // namespace
}  // namespace maxtrick::accuracy
