// Experiment `log_softmax`: measures the accuracy of each way of computing log-softmax when one
// logit exceeds the others by a gap. The table has one row for each number of classes, gap, type
// and variant. Instead of such rows, a config may name a file of logits; the table then has one row
// for each row of the file, type and variant.
#include "ops/log_softmax.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <tuple>
#include <variant>

#include "inputs/exact_row.hpp"
#include "inputs/logit_file.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "ops/apply.hpp"
#include "oracle/norm_wise.hpp"
#include "oracle/outcome.hpp"

namespace maxtrick::log_softmax {
namespace {

using numerics::BFloat16;
using numerics::Float16;
using ops::DType;
using ops::Variant;
using table::Rule;

template <class S>
using SharedRow = std::shared_ptr<inputs::ExactRow<S>>;

// Returns a row whose first logit, the leader, is `gap` and whose other logits are 0. In such a row
// exp(x) overflows at the logits where it does for users, x - m is exact, and the oracle is fast
// because only two logits are distinct.
template <class S>
SharedRow<S> leader_row(std::size_t classes, double gap) {
  return std::make_shared<inputs::ExactRow<S>>(ops::log_softmax, [=] {
    std::vector<S> logits(classes, S{});
    logits[0] = static_cast<S>(gap);
    return logits;
  });
}

template <class S>
SharedRow<S> row_of_file(const std::shared_ptr<const inputs::NamedRow>& row) {
  return std::make_shared<inputs::ExactRow<S>>(ops::log_softmax,
                                               [row] { return inputs::rounded<S>(row->logits); });
}

// The theoretical values are computed in double, in which e^-700 is still a normal number.
constexpr double largest_gap = 700;

// Returns the error of the approximation x - max, which is the same in every output. log1p keeps it
// even where it is below the unit roundoff.
double left_out(std::size_t classes, double gap) {
  return std::log1p(static_cast<double>(classes - 1) * std::exp(-gap));
}

// The same for any row. The others are those but the leader.
template <class S>
double left_out(std::span<const S> logits, std::size_t leader) {
  double others = 0;
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (i != leader) others += std::exp(double{logits[i]} - double{logits[leader]});
  return std::log1p(others);
}

// Returns the leader's logit minus the largest other one.
template <class S>
double gap_of(std::span<const S> logits, std::size_t leader) {
  double second = -INFINITY;
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (i != leader) second = std::max(second, double{logits[i]});
  return double{logits[leader]} - second;
}

// Returns the variant's bound as an absolute error. The factor 1 + 2^-40 covers the error of the
// oracle.
template <class S>
std::optional<double> absolute_bound(const Variant& variant, DType dtype,
                                     inputs::ExactRow<S>& row) {
  const auto facts = row.facts(dtype);
  const auto bound = facts ? oracle::bound(variant, dtype, *facts) : std::nullopt;
  if (!bound) return bound;
  double largest = 0;  // of a class whose logit is the smallest
  for (const auto& one : row.exact()) largest = std::max(largest, std::abs(one.value()));
  return *bound * ops::unit_roundoff(dtype) * largest * (1 + 0x1p-40);
}

struct Point {
  const Variant* variant;
  DType dtype;
  std::size_t classes;
  double gap = 0;
  std::shared_ptr<const inputs::NamedRow> of_file = {};  // null: the leader's row with this gap
};

struct Found {
  oracle::Verdict verdict;
  double leader_ulp = 0, leader_relative = 0, leader_absolute = 0;
  double max_absolute = 0;
  std::optional<double> absolute_bound = {};
  std::optional<double> method_error = {};  // of x - max
  double gap = 0;
};

using Columns = table::Columns<Point, Found>;

Columns columns(double tolerance_ulp, bool of_file) {
  using table::Measure;
  const std::string libm =
      "another libm may round exp and log differently; glibc without FMA changed no cell";
  const table::Tolerance ulp = {Measure::absolute, 0.5, libm, table::not_negative};
  const table::Tolerance small = {Measure::absolute, 0x1p-56, libm, table::not_negative};
  const table::Tolerance formula = {.measure = Measure::ulp,
                                    .value = 4,
                                    .reason =
                                        "computed with the libm at hand; two of them differ "
                                        "by 2 ULPs",
                                    .range = table::not_negative,
                                    .promised = 4};
  const table::Tolerance of_ratio = {.measure = Measure::ulp,
                                     .value = 4,
                                     .reason = "as method_error",
                                     .range = table::not_negative,
                                     .promised = 4};
  std::vector<Columns::One> all{
      {"variant", Rule::key, "the variant", &Point::variant, &Variant::name},
      {"dtype", Rule::key,
       "working type; the types ..._in_float32 store 16 bits and compute in "
       "float32",
       &Point::dtype},
      {"classes", Rule::key, "number of logits, including the leader", &Point::classes},
      {"gap", Rule::key,
       "the leader's logit, which is first rounded to the type; all other "
       "logits are 0",
       &Point::gap},
      {"outcome", Rule::exact,
       fmt::format("ok, inaccurate (an output is more than {} ULP off), wrong (an output has "
                   "no correct digit), underflow (an output is -inf although the exact value "
                   "is a number), overflow, nan",
                   tolerance_ulp),
       &Found::verdict, &oracle::Verdict::outcome},
      {"max_error_ulp", ulp, "largest error of an output, in ULP of the exact value",
       &Found::verdict, &oracle::Verdict::max_error_ulp},
      {"leader_error_ulp", ulp, "error of the leader's log-probability, in ULP of the exact value",
       &Found::leader_ulp},
      {"leader_relative_error", small, "the same error, relative: 1 if the result is 0",
       &Found::leader_relative},
      {"leader_absolute_error", small, "the same error, absolute", &Found::leader_absolute},
      {"max_absolute_error", small,
       "largest absolute error of an output; an error below 2^-41 ULP of the other outputs may "
       "be that of the oracle",
       &Found::max_absolute},
      {"absolute_error_bound", formula,
       "the theoretical bound on max_absolute_error; empty where no bound is known (a library, "
       "or an input out of range)",
       &Found::absolute_bound},
      {"method_error", formula,
       "only for x - max: the term log(1 + (classes - 1) e^-gap) that this "
       "approximation leaves out",
       &Found::method_error},
      {"observed_over_method", of_ratio,
       "only for x - max: leader_absolute_error / method_error, which is 1 except for the last "
       "digits",
       [](const Found& found) -> table::Cell {
         if (!found.method_error) return {};
         return found.leader_absolute / *found.method_error;
       }},
  };
  if (of_file) {
    all[3] = {"row", Rule::key, "the number of the row in the file, counted from 0",
              [](const Point& point) { return point.of_file->number; }};
    all.insert(
        all.begin() + 4,
        {"gap", Rule::exact,
         "the largest logit, that of the leader, minus the largest other one, after they are "
         "rounded to the type",
         &Found::gap});
  }
  return Columns(std::move(all));
}

template <class S>
Found measure(const Point& point, inputs::ExactRow<S>& row, double tolerance_ulp) {
  const std::span<const S> x = row.logits();
  const auto got = ops::apply(*point.variant, point.dtype, x);
  const auto leader = static_cast<std::size_t>(std::max_element(x.begin(), x.end()) - x.begin());
  std::vector<numerics::Exact<S>> exact;
  std::vector<S> outputs;
  double max_absolute = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    // Equal logits have the same exact value. An output that equals its predecessor therefore need
    // not be judged again.
    const bool again = i > 0 && x[i] == x[i - 1] &&
                       (got[i] == got[i - 1] || (std::isnan(got[i]) && std::isnan(got[i - 1])));
    if (again) continue;
    exact.push_back(row.exact()[i]);
    outputs.push_back(got[i]);
    max_absolute = std::max(max_absolute, numerics::absolute_error(exact.back(), got[i]));
  }
  Found found{.verdict = oracle::judge<S>(ops::log_softmax, exact, outputs, tolerance_ulp, false),
              .leader_ulp = numerics::error_ulp(row.exact()[leader], got[leader]),
              .leader_relative = numerics::relative_error(row.exact()[leader], got[leader]),
              .leader_absolute = numerics::absolute_error(row.exact()[leader], got[leader]),
              .max_absolute = max_absolute,
              .absolute_bound = absolute_bound<S>(*point.variant, point.dtype, row)};
  found.gap = gap_of(x, leader);
  if (point.variant->algorithm == "x_minus_max" && found.gap <= largest_gap)
    found.method_error =
        point.of_file ? left_out(x, leader) : left_out(point.classes, double{x[leader]});
  return found;
}

struct Grid {
  std::vector<DType> dtypes;
  std::vector<const Variant*> variants;
  std::vector<double> gaps;
  std::vector<std::size_t> classes;
  double tolerance_ulp;
  std::vector<std::shared_ptr<const inputs::NamedRow>> of_file = {};  // instead of gaps and classes
};

Grid read_grid(config::Section& config) {
  Grid grid{inputs::read_dtypes(config), inputs::read_variants(config), {}, {}, 0};
  inputs::require_op(config, grid.variants, ops::log_softmax);
  inputs::require_dtypes(config, grid.dtypes, grid.variants);
  grid.tolerance_ulp = config.number("inaccurate_above_ulp", {0.5, 1e6});
  if (config.has("logits")) {
    for (inputs::NamedRow& row : inputs::read_named_rows(config, "logits", "row", grid.dtypes)) {
      if (row.logits.size() == 1)
        config.reject("logits", "each row has one logit", "rows of at least two");
      grid.of_file.push_back(std::make_shared<const inputs::NamedRow>(std::move(row)));
    }
    return grid;
  }
  grid.gaps = inputs::read_distinct(
      config, "gaps", [](double gap) { return gap >= 0 && gap <= largest_gap; },
      "a number from 0 to 700");
  grid.classes = inputs::read_classes(config, 2);
  return grid;
}

// Adds the views of rows of a file: the leader's error, one view for each shown type.
void add_file_views(config::Section& config, const Grid& grid, table::ResultTable& table) {
  auto shown_dtypes = inputs::names_of(grid.dtypes);
  if (config.has("shown_dtypes")) shown_dtypes = config.choices("shown_dtypes", shown_dtypes);
  for (const std::string& dtype : shown_dtypes)
    table.pivots.push_back(
        {.title = fmt::format("Error of the leader's log-probability in ULP, {}", dtype),
         .row = "row",
         .column = "variant",
         .cells = {"leader_error_ulp"},
         .only = {{"dtype", dtype}}});
}

// Adds the views: the leader's error, one view for each shown type, and the error of x - max in the
// first of these types.
void add_pivots(config::Section& config, const Grid& grid, table::ResultTable& table) {
  const auto shown_dtypes = config.choices("shown_dtypes", inputs::names_of(grid.dtypes));
  const auto n = config.integer("shown_classes", 2, inputs::max_classes);
  if (std::find(grid.classes.begin(), grid.classes.end(), static_cast<std::size_t>(n)) ==
      grid.classes.end())
    config.reject("shown_classes", fmt::format("{} is not one of 'classes'", n), "one of them");
  const std::string shown_classes = fmt::format("{}", n);
  for (const std::string& dtype : shown_dtypes)
    table.pivots.push_back(
        {.title = fmt::format("Error of the leader's log-probability in ULP, {}, {} classes", dtype,
                              shown_classes),
         .row = "gap",
         .column = "variant",
         .cells = {"leader_error_ulp"},
         .only = {{"dtype", dtype}, {"classes", shown_classes}}});
  table.pivots.push_back(
      {.title = fmt::format("x - max: absolute error of every log-probability, by number of "
                            "classes, {}",
                            shown_dtypes.front()),
       .row = "gap",
       .column = "classes",
       .cells = {"leader_absolute_error"},
       .only = {{"variant", "log_softmax.x_minus_max.scalar"}, {"dtype", shown_dtypes.front()}}});
}

template <class S>
void lay_out(run::Plan& plan, const Columns& columns, const Grid& grid, Point point,
             const SharedRow<S>& row, std::size_t batch) {
  const auto run = [row, tolerance_ulp = grid.tolerance_ulp](
                       const Point& one) -> std::variant<Found, run::Skip> {
    if (one.of_file && !one.of_file->missing.empty()) return run::Skip{one.of_file->missing};
    return measure<S>(one, *row, tolerance_ulp);
  };
  for (const Variant* variant : grid.variants)
    if (variant->op == ops::log_softmax && variant->has(point.dtype)) {
      point.variant = variant;
      plan.cases.push_back(
          inputs::of_variant(run::case_of(columns, point, run, batch), *variant, point.dtype));
    }
}

run::Plan plan(config::Section& config) {
  const Grid grid = read_grid(config);
  const bool of_file = !grid.of_file.empty();
  const Columns columns = log_softmax::columns(grid.tolerance_ulp, of_file);
  run::Plan plan = inputs::begin_plan(columns.schema(), grid.variants);
  if (of_file)
    add_file_views(config, grid, plan.table);
  else
    add_pivots(config, grid, plan.table);
  plan.table.limits = {{"max_absolute_error", "absolute_error_bound"}};
  std::size_t batch = 0;
  for (const auto& row : grid.of_file) {
    ++batch;
    for (const DType dtype : grid.dtypes)
      ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
        lay_out<S>(plan, columns, grid, {nullptr, dtype, row->logits.size(), 0, row},
                   row_of_file<S>(row), batch);
      });
  }
  for (const std::size_t n : grid.classes)
    for (const double gap : grid.gaps) {
      ++batch;
      const std::tuple rows{leader_row<float>(n, gap), leader_row<double>(n, gap),
                            leader_row<Float16>(n, gap), leader_row<BFloat16>(n, gap)};
      for (const DType dtype : grid.dtypes)
        ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
          lay_out<S>(plan, columns, grid, {nullptr, dtype, n, gap}, std::get<SharedRow<S>>(rows),
                     batch);
        });
    }
  return plan;
}

const run::RegisterExperiment registered{
    {"log_softmax", "error of each form of log-softmax if one logit leads by a gap", plan}};

}  // namespace
}  // namespace maxtrick::log_softmax
