// Experiment `likelihood`: compares a product of probabilities with the sum of their logarithms.
// The table has rows for each example, type and number of factors: where the product becomes
// subnormal and loses its first digits, where it becomes 0, and at the lengths that the config
// names.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "likelihood/factors.hpp"
#include "numerics/elementary.hpp"
#include "numerics/error.hpp"
#include "numerics/summation.hpp"
#include "ops/dtype.hpp"
#include "oracle/oracle.hpp"
#include "oracle/outcome.hpp"

namespace maxtrick::likelihood {
namespace {

using ops::DType;
using oracle::Outcome;
using table::Rule;

// The logarithm of a likelihood as a sum, both in a type and exactly.

static_assert(std::numeric_limits<long double>::digits >= 64,
              "the exact logarithms are computed with them");

// Converts y to the form in which the oracle returns exact values. The error of y, about 2^-63 y,
// is far below an ULP of T.
template <class T>
numerics::Exact<T> as_exact(long double y) {
  using Limits = std::numeric_limits<T>;
  const auto rounded = static_cast<T>(static_cast<double>(y));
  const int exponent =
      std::clamp(std::ilogb(y) + 1, Limits::min_exponent, Limits::max_exponent) - Limits::digits;
  const double origin = std::isfinite(static_cast<double>(rounded))
                            ? static_cast<double>(rounded)
                            : -static_cast<double>(Limits::max());
  return {rounded, static_cast<double>(std::ldexp(y - origin, -exponent)), exponent, false};
}

// The sum of n logarithms, added from left to right.
template <class T>
struct LogSum {
  T value = 0;
  numerics::Exact<T> exact;
  double summation_error_u = 0;
  std::size_t lost = 0;

  LogSum(const Example& example, std::size_t n, double u) {
    Factors<T> factors(example);
    // The terms are negated, because only terms >= 0 can be summed exactly. Numbers of T are
    // doubles too.
    std::vector<double> terms;
    std::vector<long double> wide_terms;
    T p = 1, term = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const T drawn = factors.next();
      if (i == 0 || drawn != p) {
        p = drawn;
        using std::log;  // argument-dependent lookup finds log of the 16-bit types too
        term = log(p);
      }
      const T next = value + term;
      if (term != T(0) && next == value) ++lost;
      value = next;
      if (example.p && i > 0) continue;
      terms.push_back(-static_cast<double>(term));
      // If all factors are equal, the errors of their logarithms are equal too and add up. The
      // errors of logl depend on the CPU, and would appear in the last shown digits of the sum;
      // MPFR computes these logarithms instead. For many random factors the errors of logl mostly
      // cancel, and MPFR would take seconds.
      const double wide_p = static_cast<double>(p);
      wide_terms.push_back(example.p ? -numerics::wide_log(wide_p)
                                     : -std::log(static_cast<long double>(wide_p)));
    }
    if (example.p) {
      // The sum of n equal terms is replaced by a sum of few terms, one for each bit k of n: 2^k
      // equal terms, whose sum is exact.
      for (std::size_t k = 0; n >> k > 0; ++k)
        if ((n >> k) % 2 == 1) terms.push_back(std::ldexp(terms.front(), static_cast<int>(k)));
      terms.erase(terms.begin());
      wide_terms.front() *= static_cast<long double>(n);
    }
    exact = as_exact<T>(-numerics::compensated_sum(std::span<const long double>(wide_terms)));
    summation_error_u =
        numerics::relative_error(oracle::exact_sum<double>(terms), -static_cast<double>(value)) / u;
  }
};

struct Point {
  Example example;
  DType dtype;
  std::string at;
  std::size_t length;  // 0: the length at which `at` is reached
};

struct Found {
  std::size_t n = 0;
  std::optional<std::size_t> n_predicted = {};
  table::Cell product = {}, log_sum = {};  // with the digits of their type
  std::string product_outcome = {};
  double exact_log_sum = 0;
  Outcome outcome = Outcome::ok;
  std::optional<double> error_ulp = {}, summation_error_u = {}, summation_bound_u = {};
  std::size_t lost = 0;
};

using Columns = table::Columns<Point, Found>;

Columns columns(double inaccurate_above_ulp) {
  using table::Measure;
  const std::string libm = "another libm may round log differently; glibc without FMA changed ";
  const table::Tolerance by_log{Measure::relative, 1e-7, libm + "no cell", {.high = 0}};
  const table::Tolerance last_bit{
      Measure::ulp,
      1,
      "rounded to float64 once, from 64 bits of which the last may be wrong",
      {.high = 0}};
  const table::Tolerance of_error{Measure::relative, 0.01, libm + "no cell", table::not_negative};
  const table::Tolerance of_terms{Measure::relative, 0.005, libm + "this by 0.0005",
                                  table::not_negative};
  const table::Tolerance few{Measure::absolute, 1, libm + "no cell", table::not_negative};
  return {
      {"example", Rule::key, "the probabilities; the list of examples describes them",
       &Point::example, &Example::name},
      {"dtype", Rule::key, "the type of all numbers; the probabilities are first rounded to it",
       &Point::dtype},
      {"at", Rule::key,
       "at which product: subnormal: the first one that is subnormal or 0, where digits are "
       "lost; zero: the first one that is 0; if there is none, the predicted number of factors "
       "is used; a number: after that many factors",
       &Point::at},
      {"n", Rule::exact, "number of factors", &Found::n},
      {"n_predicted", Rule::exact,
       "subnormal: the first n for which the exact product is below the smallest normal "
       "number; zero: the first n for which it is at most half the smallest subnormal number, "
       "so that it rounds to 0",
       &Found::n_predicted},
      {"product", Rule::exact, "the product of n factors, multiplied from left to right",
       &Found::product},
      {"product_outcome", Rule::exact,
       "normal, subnormal or zero; stuck: it is not 0 and never becomes 0, because one more "
       "factor does not change it",
       &Found::product_outcome},
      {"log_sum", by_log, "the sum of n logarithms, from left to right", &Found::log_sum},
      {"exact_log_sum", last_bit,
       "the exact value of that sum: log p_1 + ... + log p_n of the rounded p, in long double "
       "with compensation",
       &Found::exact_log_sum},
      {"outcome", Rule::exact,
       fmt::format("outcome of log_sum: ok, inaccurate (more than {} ULP off), wrong (off by "
                   "half of the sum or more), overflow (-inf)",
                   inaccurate_above_ulp),
       &Found::outcome},
      {"error_ulp", of_error, "error of log_sum in units in the last place of the exact sum",
       &Found::error_ulp},
      {"summation_error_u", of_terms,
       "the part of that error that the additions cause: relative to the exact sum of the "
       "rounded logarithms (MPFR), in units of u",
       &Found::summation_error_u},
      {"summation_bound_u", Rule::exact,
       "the theoretical bound on that part (Higham 2002, chapter 4): slightly above n - 1, and "
       "at most 1/u, which is the whole sum",
       &Found::summation_bound_u},
      {"lost_factors", few, "number of logarithms, not 0, that did not change the sum",
       &Found::lost},
      {"hazard", Rule::exact, "description of the example", &Point::example, &Example::hazard},
  };
}

template <class T>
std::string product_outcome(const Example& example, T product) {
  if (product == T(0)) return "zero";
  if (example.p && product * static_cast<T>(*example.p) == product) return "stuck";
  return product < std::numeric_limits<T>::min() ? "subnormal" : "normal";
}

template <class T>
Found measure(const Point& point, double inaccurate_above_ulp) {
  const Example& example = point.example;
  Found found{.n = point.length};
  if (point.length == 0) {
    const auto threshold = point.at == "zero" ? Threshold::zero : Threshold::subnormal;
    found.n_predicted = likelihood::predicted<T>(example, threshold);
    found.n = likelihood::reached<T>(example, threshold).value_or(*found.n_predicted);
  }
  Factors<T> factors(example);
  T product = 1;
  for (std::size_t i = 0; i < found.n; ++i) product = product * factors.next();
  found.product = product;
  found.product_outcome = product_outcome(example, product);

  const double u = ops::unit_roundoff(point.dtype);
  const LogSum<T> sum(example, found.n, u);
  found.log_sum = sum.value;
  found.exact_log_sum = sum.exact.value();
  found.lost = sum.lost;
  if (!std::isfinite(static_cast<double>(sum.value))) {
    found.outcome = Outcome::overflow;
    return found;
  }
  found.error_ulp = numerics::error_ulp(sum.exact, sum.value);
  found.summation_error_u = sum.summation_error_u;
  found.summation_bound_u = numerics::sum_bound({}, found.n, u) / u;
  if (numerics::relative_error(sum.exact, sum.value) >= 0.5)
    found.outcome = Outcome::wrong;
  else if (found.error_ulp > inaccurate_above_ulp)
    found.outcome = Outcome::inaccurate;
  return found;
}

// Whether a row has the same bits with every libm. Logarithms that are rounded to 16 bits do
// (numerics/small_float.hpp). The exact sum does if MPFR computes it, that is, for equal factors.
bool promises_bits(const Example& example, DType dtype) {
  return example.p && (dtype == DType::float16 || dtype == DType::bfloat16);
}

std::vector<Example> read_examples(config::Section& config, const std::vector<DType>& dtypes) {
  std::vector<Example> examples;
  inputs::Names names("example");
  for (config::Section& section : config.tables("example")) {
    Example one{inputs::read_name(section, "name"), section.text("hazard"), std::nullopt};
    if (section.has("seed")) {
      one.seed = inputs::read_seed(section);
    } else {
      // For a probability above 0.999, the product would need millions of factors.
      one.p = section.number("probability", {1e-300, 0.999});
      for (const DType dtype : dtypes) {
        const double p = ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
          return static_cast<double>(static_cast<S>(*one.p));
        });
        if (p > 0 && p < 1) continue;
        section.reject("probability",
                       fmt::format("{} is rounded to {} in {}", *one.p, p, name(dtype)),
                       "a probability that lies between 0 and 1 in every type");
        break;
      }
    }
    names.add(section, one.name);
    examples.push_back(std::move(one));
  }
  return examples;
}

void add_views(table::ResultTable& table, const std::vector<std::size_t>& lengths) {
  for (const std::string at : {"subnormal", "zero"})
    table.pivots.push_back(
        {.title = fmt::format("First {} product: n, predicted n, and outcome", at),
         .row = "example",
         .column = "dtype",
         .cells = {"n", "n_predicted", "product_outcome"},
         .only = {{"at", at}}});
  std::vector<std::string> all{"zero"};
  for (const std::size_t n : lengths) all.push_back(fmt::format("{}", n));
  for (const std::string& at : all) {
    const std::string where = at == "zero" ? "where the product is 0" : "of " + at + " factors";
    table.pivots.push_back({.title = fmt::format("Sum of logarithms {}: computed and exact", where),
                            .row = "example",
                            .column = "dtype",
                            .cells = {"log_sum", "exact_log_sum"},
                            .only = {{"at", at}}});
    table.pivots.push_back(
        {.title = fmt::format("Sum of logarithms {}: outcome and error in ULP", where),
         .row = "example",
         .column = "dtype",
         .cells = {"outcome", "error_ulp"},
         .only = {{"at", at}}});
  }
  table.legend = {"example", "hazard"};
}

run::Plan plan(config::Section& config) {
  const auto dtypes = inputs::read_dtypes(config);
  for (std::size_t i = 0; i < dtypes.size(); ++i)
    if (ops::computes_in_float32(dtypes[i]))
      config.reject("dtypes", i, fmt::format("{} computes in float32", name(dtypes[i])),
                    "a type whose arithmetic has its own precision");
  const auto lengths = inputs::read_counts(config, "lengths", "factors", 1, 10'000'000);
  const double inaccurate_above_ulp = config.number("inaccurate_above_ulp", {0.5, 1e6});
  const auto examples = read_examples(config, dtypes);

  const Columns columns = likelihood::columns(inaccurate_above_ulp);
  run::Plan plan = inputs::begin_plan(columns.schema());
  plan.table.limits = {{"summation_error_u", "summation_bound_u"}};
  add_views(plan.table, lengths);
  std::vector<std::pair<std::string, std::size_t>> places{{"subnormal", 0}, {"zero", 0}};
  for (const std::size_t n : lengths) places.emplace_back(fmt::format("{}", n), n);
  const auto run = [=](const Point& point) {
    return ops::with_storage(point.dtype, [&]<class S>(std::type_identity<S>) {
      return measure<S>(point, inaccurate_above_ulp);
    });
  };
  for (const Example& example : examples)
    for (const DType dtype : dtypes)
      for (const auto& place : places) {
        plan.cases.push_back(
            run::case_of(columns, Point{example, dtype, place.first, place.second}, run));
        plan.cases.back().promised = promises_bits(example, dtype);
      }
  return plan;
}

const run::RegisterExperiment registered{
    {"likelihood",
     "where a product of probabilities underflows, and how accurate the sum of "
     "their logarithms is",
     plan}};

}  // namespace
}  // namespace maxtrick::likelihood
