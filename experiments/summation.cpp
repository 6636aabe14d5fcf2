// Experiment `summation`: compares orders of summation for the denominator of softmax. The table
// has one row for each distribution of terms, type, order and number of classes.
#include "numerics/summation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "inputs/lazy.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "numerics/exponential.hpp"
#include "ops/dtype.hpp"
#include "oracle/oracle.hpp"
#include "oracle/outcome.hpp"

namespace maxtrick::summation {
namespace {

using numerics::SumOrder;
using ops::DType;
using oracle::Outcome;
using table::Rule;

// A distribution of rows of terms of softmax's denominator, e^(x - max), that a config describes.
struct Terms {
  enum class Kind { normal, equal, dominant };
  enum class Arrange { drawn, ascending, descending };
  std::string name, hazard;
  Kind kind = Kind::equal;
  Arrange arrange = Arrange::drawn;
  double scale = 1;        // normal: of the logits
  std::uint64_t seed = 0;  // normal: of the first row; each following row has the next seed
  double logit = 0;        // equal: of every term
  double others_u = 1;     // dominant: every term but the first, in units of u

  // Returns the terms of one row before they are rounded to the type. The logits of a shorter row
  // are the first logits of a longer one.
  [[nodiscard]] std::vector<double> row(std::size_t classes, std::size_t index, DType dtype) const;
  // Whether the terms have the same bits with every libm: none of them calls it but those of float64
  // (exponential_for).
  [[nodiscard]] bool promises_bits(DType dtype) const {
    return kind == Kind::dominant || dtype != DType::float64;
  }
  // All rows of the other kinds are equal.
  [[nodiscard]] bool is_random() const { return kind == Kind::normal; }
};

const std::vector<std::string> term_kinds{"normal", "equal", "dominant"};
const std::vector<std::string> arrangements{"drawn", "ascending", "descending"};

// The e^x of libm in float64, as in a softmax that a user writes. For the other types an e^x whose
// bits are promised: its error of 0.7 ULP of a double is lost when the term is rounded.
double (*exponential_for(DType dtype))(double) {
  if (dtype == DType::float64) return [](double x) { return std::exp(x); };
  return numerics::exponential;
}

std::vector<double> normal_terms(std::size_t classes, double scale, std::uint64_t seed,
                                 DType dtype) {
  std::vector<double> row = inputs::normal_row(classes, scale, seed);
  const double largest = *std::max_element(row.begin(), row.end());
  const auto exponential = exponential_for(dtype);
  for (double& x : row) x = exponential(x - largest);
  return row;
}

std::vector<double> Terms::row(std::size_t classes, std::size_t index, DType dtype) const {
  std::vector<double> terms;
  switch (kind) {
    case Kind::normal: terms = normal_terms(classes, scale, seed + index, dtype); break;
    case Kind::equal: terms.assign(classes, exponential_for(dtype)(logit)); break;
    case Kind::dominant:
      terms.assign(classes, others_u * ops::unit_roundoff(dtype));
      terms[0] = 1;
      break;
  }
  if (arrange == Arrange::ascending) std::sort(terms.begin(), terms.end());
  if (arrange == Arrange::descending) std::sort(terms.begin(), terms.end(), std::greater<>());
  return terms;
}

// Reads a section with
//   name, hazard, terms = "normal"     scale, seed      e^(x - max), logits scale x normal
//                 terms = "equal"      logit            e^logit, logit in [-9, 0]
//                 terms = "dominant"   others_u         one term 1, the others others_u * u each
//   arrange = "drawn" (the default), "ascending" or "descending"
Terms read_terms(config::Section& section) {
  Terms terms;
  terms.name = inputs::read_name(section, "name");
  terms.hazard = section.text("hazard");
  const std::string kind = section.choice("terms", term_kinds);
  if (kind.empty()) {
    section.ignore_rest();  // the valid keys depend on the kind
    return terms;
  }
  if (kind == "normal") {
    terms.kind = Terms::Kind::normal;
    terms.scale = section.number("scale", {0, 1e300});
    terms.seed = inputs::read_seed(section);
  } else if (kind == "equal") {
    terms.kind = Terms::Kind::equal;
    // e^-9 is a normal number in float16, so no sum is subnormal.
    terms.logit = section.number("logit", {-9, 0});
  } else {
    terms.kind = Terms::Kind::dominant;
    // At most 100 u is below 1, so the first term is the largest.
    terms.others_u = section.number("others_u", {0, 100});
  }
  if (section.has("arrange")) {
    const std::string arrange = section.choice("arrange", arrangements);
    if (arrange == "ascending") terms.arrange = Terms::Arrange::ascending;
    if (arrange == "descending") terms.arrange = Terms::Arrange::descending;
  }
  return terms;
}

// Rows of terms with their exact sums, shared by several cases.

// Terms in storage type S, with their exact sum.
template <class S>
struct Summands {
  std::vector<S> terms;
  numerics::Exact<S> sum;
};

// The rows that the cases of one distribution, type and number of classes share.
template <class S>
using SharedRows = inputs::Lazy<std::vector<Summands<S>>>;

template <class S>
std::vector<Summands<S>> draw_rows(const Terms& terms, DType dtype, std::size_t classes,
                                   std::size_t count) {
  std::vector<Summands<S>> rows(count);
  for (std::size_t i = 0; i < count; ++i) {
    rows[i].terms = inputs::rounded<S>(terms.row(classes, i, dtype));
    rows[i].sum = oracle::exact_sum<S>(rows[i].terms);
  }
  return rows;
}

constexpr std::int64_t max_rows = 1000;

struct Point {
  std::shared_ptr<const Terms> terms;
  DType dtype;
  SumOrder order;
  std::size_t classes;

  [[nodiscard]] double sqrt_n() const { return std::sqrt(static_cast<double>(classes)); }
};

// Both numbers are empty where a sum overflowed.
struct Found {
  Outcome worst = Outcome::ok;
  std::optional<double> error_u = {}, bound_u = {};
};

using Columns = table::Columns<Point, Found>;

Columns columns(double inaccurate_above_u) {
  const table::Tolerance by_libm{
      table::Measure::absolute, 0.01,
      "without FMA, the exp of glibc rounds a few terms of float64 differently, which changed this "
      "by at most 0.0024",
      table::not_negative};
  return {
      {"distribution", Rule::key, "the terms; the list of distributions says what each provokes",
       &Point::terms, &Terms::name},
      {"dtype", Rule::key, "the type of the terms and of the sum", &Point::dtype},
      {"order", Rule::key, "the order of summation", &Point::order, &SumOrder::name},
      {"classes", Rule::key, "number of terms n; the bound for any order is n u", &Point::classes},
      {"outcome", Rule::exact,
       fmt::format("ok, inaccurate (off by more than {} u), wrong (off by half of the sum or "
                   "more), overflow",
                   inaccurate_above_u),
       &Found::worst},
      {"error_u", by_libm,
       "relative error of the sum in units of u, the largest of all rows; empty if a sum "
       "overflowed",
       &Found::error_u},
      {"bound_u", Rule::exact,
       "the theoretical bound (Higham 2002, chapter 4), rounded up to four digits; 1/u is the "
       "whole sum and is shown if no better bound is known",
       &Found::bound_u},
      {"sqrt_n", Rule::exact,
       "sqrt(n): the expected size of the error in units of u if the "
       "roundings were random",
       &Point::sqrt_n},
      {"error_per_sqrt_n", by_libm,
       "error_u divided by sqrt_n: far above 1 if most roundings have the same direction; "
       "follows from these two columns",
       [](const Point& point, const Found& found) -> table::Cell {
         if (!found.error_u) return {};
         return *found.error_u / point.sqrt_n();
       }},
      {"hazard", Rule::exact, "what the distribution provokes", &Point::terms, &Terms::hazard},
  };
}

template <class S>
S sum_in(DType dtype, const SumOrder& order, std::span<const S> terms) {
  if (!ops::computes_in_float32(dtype)) return numerics::sum(order, terms);
  std::vector<float> wide;
  for (const S t : terms) wide.push_back(static_cast<float>(t));
  return static_cast<S>(numerics::sum(order, std::span<const float>(wide)));
}

double bound(DType dtype, const SumOrder& order, std::size_t classes) {
  const double u = ops::unit_roundoff(dtype);
  if (!ops::computes_in_float32(dtype)) return numerics::sum_bound(order, classes, u);
  // The result is rounded once more, from float32 to the storage type.
  const double inner = numerics::sum_bound(order, classes, ops::unit_roundoff(DType::float32));
  return inner + u + inner * u;
}

// Rounds a bound up for display, so that it remains a bound; x >= 0.
double rounded_up_to_four_digits(double x) {
  double unit = 1, parts = 1;
  while (x / unit >= 10000) unit *= 10;
  while (x > 0 && x * parts < 1000) parts *= 10;
  return std::ceil(x / unit * parts) / parts * unit;
}

// Judges one sum.
template <class S>
Outcome judge(S sum, double error_u, double u, double inaccurate_above_u) {
  // An infinity. The compensated sum of terms that overflow would be NaN, but terms of at most 1
  // stagnate long before they overflow.
  if (!std::isfinite(static_cast<double>(sum))) return Outcome::overflow;
  if (error_u * u >= 0.5) return Outcome::wrong;
  return error_u > inaccurate_above_u ? Outcome::inaccurate : Outcome::ok;
}

template <class S>
Found measure(const Point& point, SharedRows<S>& rows, double inaccurate_above_u) {
  const double u = ops::unit_roundoff(point.dtype);
  Found found;
  double error_u = 0;
  for (const auto& row : rows.get()) {
    const S sum = sum_in<S>(point.dtype, point.order, row.terms);
    const double error = numerics::relative_error(row.sum, sum) / u;
    found.worst = std::max(found.worst, judge(sum, error, u, inaccurate_above_u));
    error_u = std::max(error_u, error);
  }
  if (found.worst >= Outcome::overflow) return found;
  found.error_u = error_u;
  found.bound_u = rounded_up_to_four_digits(bound(point.dtype, point.order, point.classes) / u);
  return found;
}

std::vector<SumOrder> read_orders(config::Section& config) {
  const auto all = numerics::all_sum_orders();
  std::vector<SumOrder> orders;
  for (const std::size_t at :
       inputs::read_choices(config, "orders", inputs::names_of(all, &SumOrder::name)))
    orders.push_back(all[at]);
  return orders;
}

using Distributions = std::vector<std::shared_ptr<const Terms>>;

Distributions read_distributions(config::Section& config) {
  Distributions distributions;
  inputs::Names names("distribution");
  for (config::Section& section : config.tables("distribution")) {
    distributions.push_back(std::make_shared<const Terms>(read_terms(section)));
    names.add(section, distributions.back()->name);
  }
  return distributions;
}

// The cases of one distribution, type and number of classes.
template <class S>
void lay_out(run::Plan& plan, const Columns& columns, const std::shared_ptr<const Terms>& terms,
             DType dtype, std::size_t classes, const std::vector<SumOrder>& orders,
             std::size_t rows, double inaccurate_above_u) {
  const auto shared =
      std::make_shared<SharedRows<S>>([=] { return draw_rows<S>(*terms, dtype, classes, rows); });
  const std::size_t batch = plan.cases.size() + 1;
  const auto run = [=](const Point& point) {
    return measure<S>(point, *shared, inaccurate_above_u);
  };
  for (const SumOrder& order : orders) {
    // There is no wider type than double here.
    if (dtype == DType::float64 && order.kind == SumOrder::Kind::wider) continue;
    plan.cases.push_back(run::case_of(columns, Point{terms, dtype, order, classes}, run, batch));
    plan.cases.back().promised = terms->promises_bits(dtype);
  }
}

void add_views(run::Plan& plan, const Distributions& distributions,
               const std::vector<DType>& dtypes, const std::vector<std::size_t>& classes) {
  std::vector<std::string> outcomes;
  for (const auto one : {Outcome::ok, Outcome::inaccurate, Outcome::wrong, Outcome::overflow})
    outcomes.emplace_back(name(one));
  for (const DType dtype : dtypes)
    plan.table.counts.push_back({.title = fmt::format("Number of sums by outcome, {}", name(dtype)),
                                 .row = "order",
                                 .column = "outcome",
                                 .columns = outcomes,
                                 .only = {{"dtype", dtype}}});
  const std::string most = fmt::format("{}", classes.back());
  for (const DType dtype : dtypes)
    plan.table.pivots.push_back(
        {.title = fmt::format("{} classes, {}: outcome and error in u", most, name(dtype)),
         .row = "distribution",
         .column = "order",
         .cells = {"outcome", "error_u"},
         .only = {{"dtype", dtype}, {"classes", most}}});
  const std::string shown(name(inputs::shown_dtype(dtypes)));
  for (const auto& terms : distributions)
    plan.table.pivots.push_back(
        {.title = fmt::format("{}, {}: error in u and its bound", terms->name, shown),
         .row = "order",
         .column = "classes",
         .cells = {"error_u", "bound_u"},
         .only = {{"dtype", shown}, {"distribution", terms->name}}});
  plan.table.legend = {"distribution", "hazard"};
}

run::Plan plan(config::Section& config) {
  const auto dtypes = inputs::read_dtypes(config);
  const auto orders = read_orders(config);
  const auto classes = inputs::read_classes(config, 1, 10'000'000);
  const auto rows = config.count("rows", 1, max_rows);
  const double inaccurate_above_u = config.number("inaccurate_above_u", {1, 1e6});
  const auto distributions = read_distributions(config);
  for (std::size_t i = 0; i < dtypes.size(); ++i)
    if (dtypes[i] == DType::float64 && orders.size() == 1 &&
        orders[0].kind == SumOrder::Kind::wider)
      config.reject("dtypes", i, "no order in 'orders' applies to float64",
                    "another type or another order");

  const Columns columns = summation::columns(inaccurate_above_u);
  run::Plan plan = inputs::begin_plan(columns.schema());
  plan.table.limits = {{"error_u", "bound_u"}};
  add_views(plan, distributions, dtypes, classes);
  for (const auto& terms : distributions)
    for (const DType dtype : dtypes)
      for (const std::size_t n : classes)
        ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
          lay_out<S>(plan, columns, terms, dtype, n, orders, terms->is_random() ? rows : 1,
                     inaccurate_above_u);
        });
  return plan;
}

const run::RegisterExperiment registered{
    {"summation", "the sum in softmax's denominator in several orders, with error bounds", plan}};

}  // namespace
}  // namespace maxtrick::summation
