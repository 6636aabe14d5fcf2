// Experiment `likelihood`: a product of probabilities against the sum of their logarithms.
// One row for each example, type and number of factors: where the product loses its first digits,
// where it is gone, and the lengths that the config names.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>

#include "inputs/numbers.hpp"
#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "likelihood/factors.hpp"
#include "likelihood/log_sum.hpp"
#include "numerics/error.hpp"
#include "numerics/summation.hpp"
#include "ops/dtype.hpp"
#include "oracle/outcome.hpp"
#include "run/experiment.hpp"

namespace maxtrick::likelihood {
namespace {

using likelihood::Example;
using likelihood::Factors;
using likelihood::LogSum;
using likelihood::Threshold;
using ops::DType;
using oracle::Outcome;
using table::Rule;

std::vector<table::Column> columns(double inaccurate_above_ulp) {
  return {
      {"example", Rule::key, "the probabilities; the list of examples says what they are"},
      {"dtype", Rule::key, "the type of everything; the probabilities are rounded to it first"},
      {"at", Rule::key,
       "subnormal: the first product that is, or is 0 at once: first digits lost; zero: the first "
       "that is 0; where it never comes to that, the number of factors predicted; else that many "
       "factors"},
      {"n", Rule::exact, "how many factors"},
      {"n_predicted", Rule::exact,
       "subnormal: the first n whose exact product is below the smallest normal number; zero: at "
       "most half the smallest subnormal number, so that it would round to 0"},
      {"product", Rule::exact, "of n factors, multiplied from left to right"},
      {"product_outcome", Rule::exact,
       "normal, subnormal, zero; stuck: not 0, and never will be, since one factor more leaves it "
       "as it is"},
      {"log_sum",
       Rule::bounded,
       "the sum of n logarithms, from left to right",
       {table::Measure::relative, 1e-2,
        "another libm may round log the other way, which a sum of equal terms repeats n times; in "
        "bfloat16 that is a last digit of 8 bits"}},
      {"exact_log_sum",
       Rule::bounded,
       "what it should be: log p_1 + ... + log p_n of the rounded p, in long double, compensated",
       {table::Measure::ulp, 1, "rounded to float64 once, from 64 bits that are not all right"}},
      {"outcome", Rule::exact,
       fmt::format("of log_sum: ok, inaccurate (more than {} ULP off), wrong (off by half of it or "
                   "more), overflow (-inf)",
                   inaccurate_above_ulp)},
      {"error_ulp",
       Rule::bounded,
       "error of log_sum in units in the last place of the exact sum",
       {table::Measure::relative, 0.5,
        "as log_sum; the error of one logarithm is repeated n times"}},
      {"summation_error_u",
       Rule::bounded,
       "the part of it that the additions make: relative to the exact sum of the rounded "
       "logarithms "
       "(MPFR), in units of u",
       {table::Measure::relative, 0.5, "as log_sum: other terms are rounded otherwise"}},
      {"summation_bound_u", Rule::exact,
       "what theory allows that part (Higham 2002, chapter 4): n - 1 and a little, at most 1/u, "
       "which is all of the sum"},
      {"lost_factors",
       Rule::bounded,
       "how many logarithms, not 0, left the sum as it was",
       {table::Measure::absolute, 3, "a logarithm at half a last place may round either way"}},
      {"hazard", Rule::exact, "what the example is"},
  };
}

template <class T>
std::string product_outcome(const Example& example, T product) {
  if (product == T(0)) return "zero";
  if (example.p && product * static_cast<T>(*example.p) == product) return "stuck";
  return product < std::numeric_limits<T>::min() ? "subnormal" : "normal";
}

// A number in the digits of its type.
template <class T>
std::string cell(T value) {
  if constexpr (std::is_same_v<T, float>)
    return table::cell(value);
  else
    return table::cell(static_cast<double>(value));
}

template <class T>
table::Row measure(const Example& example, DType dtype, const std::string& at, std::size_t length,
                   double inaccurate_above_ulp) {
  std::size_t n = length;
  std::string n_predicted;
  if (length == 0) {
    const auto threshold = at == "zero" ? Threshold::zero : Threshold::subnormal;
    const std::size_t expected = likelihood::predicted<T>(example, threshold);
    n_predicted = fmt::format("{}", expected);
    n = likelihood::reached<T>(example, threshold).value_or(expected);
  }
  Factors<T> factors(example);
  T product = 1;
  for (std::size_t i = 0; i < n; ++i) product = product * factors.next();

  const double u = ops::unit_roundoff(dtype);
  const LogSum<T> sum(example, n, u);
  const bool finite = std::isfinite(static_cast<double>(sum.value));
  const double error = numerics::error_ulp(sum.exact, sum.value);
  const Outcome outcome = !finite ? Outcome::overflow
                          : numerics::relative_error(sum.exact, sum.value) >= 0.5 ? Outcome::wrong
                          : error > inaccurate_above_ulp ? Outcome::inaccurate
                                                         : Outcome::ok;
  return {example.name,
          std::string(name(dtype)),
          at,
          fmt::format("{}", n),
          n_predicted,
          cell(product),
          product_outcome(example, product),
          cell(sum.value),
          table::cell(sum.exact.value()),
          std::string(name(outcome)),
          finite ? table::cell(error) : "",
          finite ? table::cell(sum.summation_error_u) : "",
          finite ? table::cell(numerics::sum_bound({}, n, u) / u) : "",
          fmt::format("{}", sum.lost),
          example.hazard};
}

std::vector<Example> read_examples(config::Section& config, const std::vector<DType>& dtypes) {
  std::vector<Example> examples;
  inputs::Names names("example");
  for (config::Section& section : config.tables("example")) {
    Example one{inputs::read_name(section, "name"), section.text("hazard"), std::nullopt};
    if (section.has("seed")) {
      one.seed = static_cast<std::uint64_t>(
          section.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
    } else {
      // Above, a product would take millions of factors.
      one.p = section.number("probability", {1e-300, 0.999});
      for (const DType dtype : dtypes) {
        const double p = ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
          return static_cast<double>(static_cast<S>(*one.p));
        });
        if (p > 0 && p < 1) continue;
        section.reject("probability", fmt::format("{} is {} in {}", *one.p, p, name(dtype)),
                       "a probability between 0 and 1 in every type");
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
        {.title = fmt::format("First {} product: n, n predicted, and what it is", at),
         .row = "example",
         .column = "dtype",
         .cells = {"n", "n_predicted", "product_outcome"},
         .only = {{"at", at}}});
  std::vector<std::string> all{"zero"};
  for (const std::size_t n : lengths) all.push_back(fmt::format("{}", n));
  for (const std::string& at : all) {
    const std::string where = at == "zero" ? "where the product is 0" : "of " + at + " factors";
    table.pivots.push_back({.title = fmt::format("Sum of logs {}: computed and exact", where),
                            .row = "example",
                            .column = "dtype",
                            .cells = {"log_sum", "exact_log_sum"},
                            .only = {{"at", at}}});
    table.pivots.push_back({.title = fmt::format("Sum of logs {}: outcome and error in ULP", where),
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
                    "a type that computes in itself");
  const auto lengths = inputs::read_counts(config, "lengths", "factors", 1, 10'000'000);
  const double inaccurate_above_ulp = config.number("inaccurate_above_ulp", {0.5, 1e6});
  const auto examples = read_examples(config, dtypes);

  run::Plan plan = inputs::begin_plan(columns(inaccurate_above_ulp));
  plan.table.limits = {{"summation_error_u", "summation_bound_u"}};
  add_views(plan.table, lengths);
  std::vector<std::pair<std::string, std::size_t>> places{{"subnormal", 0}, {"zero", 0}};
  for (const std::size_t n : lengths) places.emplace_back(fmt::format("{}", n), n);
  for (const Example& example : examples)
    for (const DType dtype : dtypes)
      for (const auto& place : places)
        plan.cases.push_back(
            {fmt::format("{}/{}/{}", example.name, name(dtype), place.first),
             [=]() -> std::variant<table::Row, run::Skip> {
               return ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
                 return measure<S>(example, dtype, place.first, place.second, inaccurate_above_ulp);
               });
             }});
  return plan;
}

const run::RegisterExperiment registered{
    {"likelihood", "where a product of probabilities is gone, and what the sum of logs keeps",
     plan}};

}  // namespace
}  // namespace maxtrick::likelihood
