// Experiment `derivative`: computes the Jacobian of softmax and the gradient of cross-entropy in
// the working type from the probabilities that a variant returns, and compares them with the exact
// ones. The theoretical bounds are derived at DerivativeBounds.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <variant>

#include "inputs/exact_row.hpp"
#include "inputs/logit_file.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "ops/apply.hpp"
#include "ops/dtype.hpp"
#include "ops/softmax.hpp"
#include "oracle/derivative_errors.hpp"
#include "oracle/exact_derivative.hpp"

namespace maxtrick::derivative {
namespace {

using ops::DType;
using ops::Variant;
using oracle::ExactDerivative;
using table::Rule;

// Bounds for the error of a derivative that is computed from inexact probabilities.
//
// Notation: P and Q are the exact probabilities and 1 - P. p = P + a are the variant's
// probabilities, and |a| is their measured absolute error. u is the unit roundoff. To first order:
//
// 1. -p_i p_j:      |error| <= P_i |a_j| + P_j |a_i| + u P_i P_j
// 2. p_i (1 - p_i): |error| <= |Q_i - P_i| |a_i| + 2 u P_i Q_i, since d/dP of P - P^2 is Q - P
// 3. p_t - 1:       relative error <= |a_t| / Q_t + u. Where p_t has only its own rounding error,
//                   this is (P_t / Q_t + 1) u: no correct digit is left once Q_t is below u.
// 4. -sum of p_j over j /= t, n classes, added in order:
//                   relative error <= sum |a_j| / Q_t + (n - 2) u. The first part is at most the
//                   relative error of the worst p_j, the second is that of the sum. Nothing
//                   cancels.
//
// The bounds in the table add to these every term of higher order, and half the smallest subnormal
// for each result that may underflow. They therefore hold in every row, even where p has no correct
// digit.
//
// `jacobian` is relative to the largest entry of the Jacobian. `minus_1` and `of_others` bound the
// relative error of the gradient's entry for the target, in the forms 3 and 4.
struct DerivativeBounds {
  double jacobian = 0, minus_1 = 0, of_others = 0;
};

// Returns the largest relative change of a result by `operations` roundings in the working type W
// and, where the storage type S differs from W, one rounding to S. This is (1 + u)^k - 1. It is
// built up step by step, because 1 + u rounds to 1 in double for float64.
double growth(DType dtype, std::size_t operations) {
  const bool mixed = ops::computes_in_float32(dtype);
  const double u = ops::unit_roundoff(mixed ? DType::float32 : dtype);
  double g = mixed ? ops::unit_roundoff(dtype) : 0;
  for (std::size_t k = 0; k < operations; ++k) g += u + u * g;
  return g;
}

// Computes the bounds above with the terms of all orders. `a` are the errors of the probabilities.
DerivativeBounds derivative_bounds(const oracle::ExactDerivative& exact,
                                   const std::vector<double>& a, DType dtype) {
  const std::size_t n = a.size();
  const double g1 = growth(dtype, 1), g2 = growth(dtype, 2), sum = growth(dtype, n - 2);
  const double underflow = ops::with_storage(dtype, []<class S>(std::type_identity<S>) {
    return double{std::numeric_limits<S>::denorm_min()};
  });
  const auto p = [&](std::size_t i) { return exact.p[i].high; };
  const auto q = [&](std::size_t i) { return exact.q[i].high; };
  DerivativeBounds bound;
  double others = 0, others_error = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double spread = p(i) * a[j] + p(j) * a[i] + a[i] * a[j];
      if (j != i)
        bound.jacobian = std::max(bound.jacobian, spread + (p(i) * p(j) + spread) * g1 + underflow);
    }
    const double diagonal = a[i] * (std::fabs(q(i) - p(i)) + a[i]);
    bound.jacobian = std::max(bound.jacobian, diagonal + (p(i) * q(i) + diagonal) * g2 + underflow);
    if (i == oracle::target) continue;
    others += p(i) + a[i];
    others_error += a[i];
  }
  const double q_t = q(oracle::target);
  // Covers the rounding errors of the bounds themselves, which are computed in double.
  constexpr double slack = 1 + 0x1p-40;
  bound.jacobian *= slack / exact.largest_entry;
  bound.minus_1 = (a[oracle::target] + (q_t + a[oracle::target]) * g1 + underflow) / q_t * slack;
  bound.of_others = (others_error + others * sum + underflow) / q_t * slack;
  return bound;
}

using Errors = oracle::DerivativeErrors;

struct Logits {
  std::string name, hazard;
  bool leads = false;  // true: `gap` at the target and 0 elsewhere; false: normal
  double gap = 0, scale = 0;
  std::uint64_t seed = 0;
  // The row of a file, which has one number of classes.
  std::shared_ptr<const inputs::NamedRow> of_file = {};
};

struct Point {
  std::shared_ptr<const Logits> row;
  std::size_t classes;
  DType dtype;
  const Variant* variant;
};

struct Found {
  Errors error;
  std::optional<DerivativeBounds> bound;  // none where a probability is NaN or infinite
};

using Columns = table::Columns<Point, Found>;

Columns columns() {
  const table::Tolerance by_libm{
      table::Measure::absolute, 0.05,
      "without FMA, the exp of glibc rounds a few results of float64 differently, which changed "
      "this by at most 0.008",
      table::not_negative};
  const table::Tolerance two_digits{
      table::Measure::relative, 0.15,
      "as for the column in units of u; one unit of the second digit is up to 10 %",
      table::not_negative};
  const auto error_u = [](double Errors::*error) {
    return [error](const Point& point, const Found& found) -> table::Cell {
      return found.error.*error / ops::unit_roundoff(point.dtype);
    };
  };
  const auto bound_u = [](double DerivativeBounds::*bound) {
    return [bound](const Point& point, const Found& found) -> table::Cell {
      if (!found.bound) return {};
      return *found.bound.*bound / ops::unit_roundoff(point.dtype);
    };
  };
  return {
      {"row", Rule::key, "the row of logits; the list of rows says what each provokes", &Point::row,
       &Logits::name},
      {"classes", Rule::key, "number of logits in the row", &Point::classes},
      {"dtype", Rule::key,
       "working type of the probabilities and the derivative; in the types ..._in_float32 the "
       "probabilities are stored in 16 bits, and the derivative is computed in float32 and "
       "rounded to 16 bits",
       &Point::dtype},
      {"variant", Rule::key, "the softmax that computed the probabilities", &Point::variant,
       &Variant::name},
      {"jacobian_error_u", by_libm,
       "largest error of an entry p_i (1 - p_i) or -p_i p_j, divided by the largest exact "
       "entry, in units of the unit roundoff u; inf if a probability is NaN, here and in the "
       "columns below",
       error_u(&Errors::jacobian)},
      {"jacobian_bound_u", by_libm,
       "the theoretical bound on that error for the given errors of the probabilities; empty "
       "if a probability is NaN or infinite, here and for the other bounds",
       bound_u(&DerivativeBounds::jacobian)},
      {"row_sum_defect_u", by_libm,
       "largest sum of a row of the Jacobian, which is exactly 0 in theory, divided by the "
       "largest exact entry, in u",
       error_u(&Errors::row_sum)},
      {"symmetry_defect", Rule::exact,
       "largest |J_ij - J_ji|; always 0, because multiplication commutes, even if both are NaN",
       &Found::error, &Errors::symmetry},
      {"gradient_error_u", by_libm,
       "largest error of an entry of y - t, divided by the largest exact entry, in u",
       error_u(&Errors::gradient)},
      {"gradient_sum_defect_u", by_libm,
       "sum of y - t, which is exactly 0 in theory, divided by the largest exact entry, in u",
       error_u(&Errors::gradient_sum)},
      {"minus_1_error_u", by_libm,
       "relative error of the target's entry of y - t if computed as p_t - 1, in u",
       error_u(&Errors::minus_1)},
      {"minus_1_bound_u", by_libm, "the theoretical bound on that error",
       bound_u(&DerivativeBounds::minus_1)},
      {"of_others_error_u", by_libm,
       "relative error of the same entry if computed as minus the sum of the other "
       "probabilities, in u",
       error_u(&Errors::of_others)},
      {"of_others_bound_u", by_libm, "the theoretical bound on that error",
       bound_u(&DerivativeBounds::of_others)},
      {"minus_1_relative_error", two_digits,
       "minus_1_error_u times u, easier to read: 1 means that no digit is correct",
       [](const Found& found) { return table::rounded(found.error.minus_1, 2); }},
      {"of_others_relative_error", two_digits, "of_others_error_u times u, easier to read",
       [](const Found& found) { return table::rounded(found.error.of_others, 2); }},
      {"hazard", Rule::exact, "what the row provokes", &Point::row, &Logits::hazard},
  };
}

std::vector<double> generate(const Logits& logits, std::size_t classes) {
  if (logits.of_file) return logits.of_file->logits;
  if (!logits.leads) return inputs::normal_row(classes, logits.scale, logits.seed);
  std::vector<double> row(classes);
  row[oracle::target] = logits.gap;
  return row;
}

template <class S>
Found measure(const Point& point, const std::vector<S>& row, const ExactDerivative& exact) {
  const auto p = ops::apply<S>(*point.variant, point.dtype, row);
  Found found{oracle::derivative_errors<S>(exact, p, point.dtype), std::nullopt};
  std::vector<double> a;  // the absolute errors of the probabilities
  for (std::size_t i = 0; i < p.size(); ++i)
    a.push_back(oracle::distance(double{p[i]}, exact.p[i], exact.q[i]));
  if (std::all_of(a.begin(), a.end(), [](double x) { return std::isfinite(x); }))
    found.bound = derivative::derivative_bounds(exact, a, point.dtype);
  return found;
}

constexpr std::size_t most_classes = 1000;

struct Grid {
  std::vector<std::shared_ptr<const Logits>> rows;
  std::vector<std::size_t> classes;
  std::vector<DType> dtypes;
  std::vector<const Variant*> variants;
};

template <class S>
void lay_out(run::Plan& plan, const Columns& columns, const Grid& grid,
             const std::shared_ptr<const Logits>& logits, std::size_t classes, DType dtype) {
  // The exact row has the same logits as doubles.
  const auto exact = std::make_shared<inputs::ExactRow<double>>(ops::softmax, [logits, classes] {
    const auto row = inputs::rounded<S>(generate(*logits, classes));
    return std::vector<double>(row.begin(), row.end());
  });
  const std::size_t batch = plan.cases.size() + 1;
  const auto run = [exact](const Point& point) -> std::variant<Found, run::Skip> {
    if (point.row->of_file && !point.row->of_file->missing.empty())
      return run::Skip{point.row->of_file->missing};
    const std::span<const double> row = exact->logits();
    return measure<S>(point, inputs::rounded<S>({row.begin(), row.end()}),
                      ExactDerivative(exact->exact()));
  };
  for (const Variant* variant : grid.variants)
    if (variant->has(dtype))
      plan.cases.push_back(inputs::of_variant(
          run::case_of(columns, Point{logits, classes, dtype, variant}, run, batch), *variant,
          dtype));
}

// Within this range no exact probability is subnormal in double. A subnormal one would lose digits
// in a pair of doubles.
constexpr double largest_spread = 600;

// Reads the rows of a file, as read_named_rows() does.
std::vector<std::shared_ptr<const Logits>> read_file_rows(config::Section& section,
                                                          const Logits& one, inputs::Names& names,
                                                          const std::vector<DType>& dtypes) {
  std::vector<std::shared_ptr<const Logits>> rows;
  for (inputs::NamedRow& row : inputs::read_named_rows(section, "logits", one.name, dtypes)) {
    const auto [low, high] = std::minmax_element(row.logits.begin(), row.logits.end());
    if (!row.logits.empty() && *high - *low > largest_spread)
      section.reject("logits",
                     fmt::format("the logits of row {} spread by {}", row.number, *high - *low),
                     fmt::format("at most {}", largest_spread));
    if (row.logits.size() == 1 || row.logits.size() > most_classes)
      section.reject("logits", fmt::format("each row has {} logits", row.logits.size()),
                     fmt::format("rows of 2 to {}", most_classes));
    if (row.name != one.name) names.add(section, row.name);
    Logits of_row = one;
    of_row.name = row.name;
    of_row.of_file = std::make_shared<const inputs::NamedRow>(std::move(row));
    rows.push_back(std::make_shared<const Logits>(std::move(of_row)));
  }
  return rows;
}

// Reads the tables [[row]], each with name, hazard, and one of
//   gap = g                              the target's logit is g, and the others are 0
//   scale = s, seed = k                  as inputs::normal_row()
//   logits = { path = "x.npy", ... }     each row of a file; the target is its first class
std::vector<std::shared_ptr<const Logits>> read_rows(config::Section& config,
                                                     const std::vector<DType>& dtypes) {
  std::vector<std::shared_ptr<const Logits>> rows;
  inputs::Names names("row");
  for (config::Section& section : config.tables("row")) {
    Logits one{.name = inputs::read_name(section, "name"), .hazard = section.text("hazard")};
    names.add(section, one.name);
    if (section.has("logits")) {
      for (auto& row : read_file_rows(section, one, names, dtypes)) rows.push_back(std::move(row));
      continue;
    }
    one.leads = section.has("gap");
    // Within these ranges, too, no exact probability is subnormal.
    if (one.leads) {
      one.gap = section.number("gap", {-300, 300});
    } else {
      one.scale = section.number("scale", {0, 30});
      one.seed = inputs::read_seed(section);
    }
    rows.push_back(std::make_shared<const Logits>(std::move(one)));
  }
  return rows;
}

Grid read_grid(config::Section& config) {
  Grid grid;
  grid.dtypes = inputs::read_dtypes(config);
  grid.variants = inputs::read_variants(config);
  inputs::require_op(config, grid.variants, ops::softmax);
  inputs::require_dtypes(config, grid.dtypes, grid.variants);
  grid.rows = read_rows(config, grid.dtypes);
  // The rows of a file need no `classes`.
  const bool drawn = std::any_of(grid.rows.begin(), grid.rows.end(),
                                 [](const auto& row) { return !row->of_file; });
  if (drawn || config.has("classes")) grid.classes = inputs::read_classes(config, 2, most_classes);
  return grid;
}

// The numbers of classes of all rows, each once.
std::vector<std::size_t> all_classes(const Grid& grid) {
  std::vector<std::size_t> all = grid.classes;
  for (const auto& row : grid.rows) {
    const std::size_t n = row->of_file ? row->of_file->logits.size() : 0;
    if (row->of_file && std::find(all.begin(), all.end(), n) == all.end()) all.push_back(n);
  }
  return all;
}

void add_views(table::ResultTable& table, const Grid& grid) {
  const std::vector<std::size_t> sizes = all_classes(grid);
  if (sizes.empty()) return;  // after an error
  // The error caused by storing p_t is the same for every variant, so one variant stands for all.
  if (const Variant* variant = inputs::stand_in(grid.variants, ops::softmax, grid.dtypes))
    for (const std::size_t classes : sizes)
      table.pivots.push_back(
          {.title =
               fmt::format("The target's entry, {} classes, probabilities by {}: relative error "
                           "of p_t - 1 and of minus the sum of the other probabilities",
                           classes, variant->name()),
           .row = "row",
           .column = "dtype",
           .cells = {"minus_1_relative_error", "of_others_relative_error"},
           .only = {{"classes", classes}, {"variant", variant->name()}}});
  struct View {
    const char* title;
    std::vector<std::string> cells;
  };
  const std::vector<View> views{
      {"error of the Jacobian and its bound, in u", {"jacobian_error_u", "jacobian_bound_u"}},
      {"deviations of the Jacobian's row sums and of the gradient's sum from 0, in u",
       {"row_sum_defect_u", "gradient_sum_defect_u"}}};
  for (const View& view : views)
    for (const DType dtype : grid.dtypes) {
      if (ops::computes_in_float32(dtype)) continue;  // shown in the CSV only
      table.pivots.push_back(
          {.title = fmt::format("{}, {} classes: {}", name(dtype), sizes.back(), view.title),
           .row = "row",
           .column = "variant",
           .cells = view.cells,
           .only = {{"classes", sizes.back()}, {"dtype", dtype}}});
    }
  table.legend = {"row", "hazard"};
}

run::Plan plan(config::Section& config) {
  const Grid grid = read_grid(config);
  const Columns columns = derivative::columns();
  run::Plan plan = inputs::begin_plan(columns.schema(), grid.variants);
  plan.table.limits = {{"jacobian_error_u", "jacobian_bound_u"},
                       {"minus_1_error_u", "minus_1_bound_u"},
                       {"of_others_error_u", "of_others_bound_u"}};
  add_views(plan.table, grid);
  for (const auto& logits : grid.rows)
    for (const std::size_t classes :
         logits->of_file ? std::vector{logits->of_file->logits.size()} : grid.classes)
      for (const DType dtype : grid.dtypes)
        ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
          lay_out<S>(plan, columns, grid, logits, classes, dtype);
        });
  return plan;
}

const run::RegisterExperiment registered{
    {"derivative", "the Jacobian of softmax and the gradient y - t, and what p_t - 1 loses", plan}};

}  // namespace
}  // namespace maxtrick::derivative
