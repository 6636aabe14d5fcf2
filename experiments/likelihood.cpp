// Experiment `likelihood`: a product of probabilities against the sum of their logarithms.
// One row for each example, type and number of factors: where the product loses its first digits,
// where it is gone, and the lengths that the config names.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <span>

#include "inputs/selection.hpp"
#include "numerics/dtype.hpp"
#include "numerics/error.hpp"
#include "numerics/oracle.hpp"
#include "numerics/outcome.hpp"
#include "numerics/random.hpp"
#include "numerics/summation.hpp"
#include "suite/experiment.hpp"

namespace maxtrick {
namespace {

using numerics::DType;
using numerics::Outcome;
using std::log;  // those of the 16-bit types are found too
using suite::Rule;

static_assert(std::numeric_limits<long double>::digits >= 64, "the exact logarithms need them");

struct Example {
  std::string name, hazard;
  std::optional<double> p;  // of every factor; else they are drawn
  std::uint64_t seed = 0;
};

std::vector<suite::Column> columns(double inaccurate_above_ulp) {
  return {
      {"example", Rule::key, "the probabilities; the list of examples says what they are"},
      {"dtype", Rule::key, "the type of everything; the probabilities are rounded to it first"},
      {"at", Rule::key,
       "subnormal: the first product that is, its first digits lost; zero: the first that is 0; "
       "where it never comes to that, the number of factors predicted; else that many factors"},
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
       {suite::Measure::relative, 1e-2,
        "another libm may round log the other way, which a sum of equal terms repeats n times; in "
        "bfloat16 that is a last digit of 8 bits"}},
      {"exact_log_sum",
       Rule::bounded,
       "what it should be: log p_1 + ... + log p_n of the rounded p, in long double, compensated",
       {suite::Measure::ulp, 1, "rounded to float64 once, from 64 bits that are not all right"}},
      {"outcome", Rule::exact,
       fmt::format("of log_sum: ok, inaccurate (more than {} ULP off), wrong (off by half of it or "
                   "more), overflow (-inf)",
                   inaccurate_above_ulp)},
      {"error_ulp",
       Rule::bounded,
       "error of log_sum in units in the last place of the exact sum",
       {suite::Measure::relative, 0.5,
        "as log_sum; the error of one logarithm is repeated n times"}},
      {"summation_error_u",
       Rule::bounded,
       "the part of it that the additions make: relative to the exact sum of the rounded "
       "logarithms "
       "(MPFR), in units of u",
       {suite::Measure::relative, 0.5, "as log_sum: other terms are rounded otherwise"}},
      {"summation_bound_u", Rule::exact,
       "what theory allows that part (Higham 2002, chapter 4): n - 1 and a little, at most 1/u, "
       "which is all of the sum"},
      {"lost_factors",
       Rule::bounded,
       "how many logarithms, not 0, left the sum as it was",
       {suite::Measure::absolute, 3, "a logarithm at half a last place may round either way"}},
      {"hazard", Rule::exact, "what the example is"},
  };
}

// The probabilities of one example in order, rounded to T.
template <class T>
class Factors {
 public:
  explicit Factors(const Example& example) : p_(example.p), random_(example.seed) {}
  T next() {
    if (p_) return static_cast<T>(*p_);
    // From (0, 1]; one that rounds to 0 would end every product for a reason of its own.
    const auto drawn = static_cast<T>(1 - random_.uniform());
    return std::max(drawn, std::numeric_limits<T>::denorm_min());
  }

 private:
  std::optional<double> p_;
  numerics::Random random_;
};

enum class Threshold { subnormal, zero };

// The first n whose exact product is beyond the threshold. A constant p is counted by a quotient:
// log2 is exact where p is a power of two, and else the quotient is no whole number.
template <class T>
std::size_t predicted(const Example& example, Threshold threshold) {
  using Limits = std::numeric_limits<T>;
  const double limit = threshold == Threshold::zero ? Limits::min_exponent - Limits::digits - 1
                                                    : Limits::min_exponent - 1;
  if (example.p) {
    const double n = limit / std::log2(static_cast<double>(static_cast<T>(*example.p)));
    // At half the smallest subnormal number itself a tie goes to 0, which is even; the smallest
    // normal number itself is not subnormal.
    return static_cast<std::size_t>(threshold == Threshold::zero ? std::ceil(n)
                                                                 : std::floor(n) + 1);
  }
  Factors<T> factors(example);
  double sum = 0;
  std::size_t n = 0;
  while (threshold == Threshold::zero ? sum > limit : sum >= limit) {
    sum += std::log2(static_cast<double>(factors.next()));
    ++n;
  }
  return n;
}

// The first n whose product, rounded at each step, is; none where it is stuck before.
template <class T>
std::optional<std::size_t> reached(const Example& example, Threshold threshold) {
  Factors<T> factors(example);
  T product = 1;
  for (std::size_t n = 1;; ++n) {
    const T before = product;
    product = product * factors.next();
    if (threshold == Threshold::zero ? product == T(0) : product < std::numeric_limits<T>::min())
      return n;
    if (example.p && product == before) return std::nullopt;
  }
}

template <class T>
std::string product_outcome(const Example& example, T product) {
  if (product == T(0)) return "zero";
  if (example.p && product * static_cast<T>(*example.p) == product) return "stuck";
  return product < std::numeric_limits<T>::min() ? "subnormal" : "normal";
}

// y as the oracle hands it out. Its own error, about 2^-63 y, is far below an ULP of T.
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

// The sum of n logarithms.
template <class T>
struct LogSum {
  T value = 0;
  numerics::Exact<T> exact;
  double summation_error_u = 0;
  std::size_t lost = 0;

  LogSum(const Example& example, std::size_t n, double u) {
    Factors<T> factors(example);
    // Negated: terms >= 0 are what can be summed exactly.
    std::vector<T> terms;
    std::vector<long double> wide_terms;
    for (std::size_t i = 0; i < n; ++i) {
      const T p = factors.next();
      const T term = log(p), next = value + term;
      if (term != T(0) && next == value) ++lost;
      value = next;
      terms.push_back(-term);
      wide_terms.push_back(-std::log(static_cast<long double>(static_cast<double>(p))));
    }
    exact = as_exact<T>(-numerics::compensated_sum(std::span<const long double>(wide_terms)));
    const auto exact_terms = numerics::exact_sum<T>(terms);
    summation_error_u = numerics::relative_error(exact_terms, static_cast<T>(-value)) / u;
  }
};

// A number in the digits of its type.
template <class T>
std::string cell(T value) {
  if constexpr (std::is_same_v<T, float>)
    return suite::cell(value);
  else
    return suite::cell(static_cast<double>(value));
}

template <class T>
suite::Row measure(const Example& example, DType dtype, const std::string& at, std::size_t length,
                   double inaccurate_above_ulp) {
  std::size_t n = length;
  std::string n_predicted;
  if (length == 0) {
    const auto threshold = at == "zero" ? Threshold::zero : Threshold::subnormal;
    const std::size_t expected = predicted<T>(example, threshold);
    n_predicted = fmt::format("{}", expected);
    n = reached<T>(example, threshold).value_or(expected);
  }
  Factors<T> factors(example);
  T product = 1;
  for (std::size_t i = 0; i < n; ++i) product = product * factors.next();

  const double u = numerics::unit_roundoff(dtype);
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
          suite::cell(sum.exact.value()),
          std::string(name(outcome)),
          finite ? suite::cell(error) : "",
          finite ? suite::cell(sum.summation_error_u) : "",
          finite ? suite::cell(numerics::sum_bound({}, n, u) / u) : "",
          fmt::format("{}", sum.lost),
          example.hazard};
}

std::vector<Example> read_examples(suite::Section& config, const std::vector<DType>& dtypes) {
  std::vector<Example> examples;
  std::map<std::string, std::string> first_place;
  for (suite::Section& section : config.tables("example")) {
    Example one{inputs::read_name(section, "name"), section.text("hazard"), std::nullopt};
    if (section.has("seed")) {
      one.seed = static_cast<std::uint64_t>(
          section.integer("seed", 0, std::numeric_limits<std::int64_t>::max()));
    } else {
      // Above, a product would take millions of factors.
      one.p = section.number("probability", {1e-300, 0.999});
      for (const DType dtype : dtypes) {
        const double p = numerics::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
          return static_cast<double>(static_cast<S>(*one.p));
        });
        if (p > 0 && p < 1) continue;
        section.reject("probability", fmt::format("{} is {} in {}", *one.p, p, name(dtype)),
                       "a probability between 0 and 1 in every type");
        break;
      }
    }
    const auto [first, is_new] = first_place.emplace(one.name, section.line_of("name"));
    if (!is_new)
      section.reject("name", fmt::format("duplicate example '{}'", one.name),
                     fmt::format("another name: it is taken on {}", first->second));
    examples.push_back(std::move(one));
  }
  return examples;
}

std::vector<std::size_t> read_lengths(suite::Section& config) {
  constexpr double most = 10'000'000;
  const auto numbers = config.numbers("lengths");
  std::vector<std::size_t> lengths;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double n = numbers[i];
    if (!(n >= 1 && n <= most && n == std::floor(n)) ||
        (!lengths.empty() && n <= static_cast<double>(lengths.back())))
      config.reject("lengths", i, fmt::format("{} factors", n),
                    fmt::format("whole numbers from 1 to {:.0f}, rising", most));
    else
      lengths.push_back(static_cast<std::size_t>(n));
  }
  return lengths;
}

void add_views(suite::ResultTable& table, const std::vector<std::size_t>& lengths) {
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

suite::Plan plan(suite::Section& config) {
  const auto dtypes = inputs::read_dtypes(config);
  for (std::size_t i = 0; i < dtypes.size(); ++i)
    if (numerics::computes_in_float32(dtypes[i]))
      config.reject("dtypes", i, fmt::format("{} computes in float32", name(dtypes[i])),
                    "a type that computes in itself");
  const auto lengths = read_lengths(config);
  const double inaccurate_above_ulp = config.number("inaccurate_above_ulp", {0.5, 1e6});
  const auto examples = read_examples(config, dtypes);

  suite::Plan plan{
      {.title = {}, .description = {}, .columns = columns(inaccurate_above_ulp), .rows = {}}, {}};
  plan.libraries = {numerics::oracle_library()};
  plan.isas = {"scalar"};
  plan.table.limits = {{"summation_error_u", "summation_bound_u"}};
  add_views(plan.table, lengths);
  std::vector<std::pair<std::string, std::size_t>> places{{"subnormal", 0}, {"zero", 0}};
  for (const std::size_t n : lengths) places.emplace_back(fmt::format("{}", n), n);
  for (const Example& example : examples)
    for (const DType dtype : dtypes)
      for (const auto& place : places)
        plan.cases.push_back(
            {fmt::format("{}/{}/{}", example.name, name(dtype), place.first),
             [=]() -> std::variant<suite::Row, suite::Skip> {
               return numerics::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
                 return measure<S>(example, dtype, place.first, place.second, inaccurate_above_ulp);
               });
             }});
  return plan;
}

const suite::RegisterExperiment registered{
    {"likelihood", "where a product of probabilities is gone, and what the sum of logs keeps",
     plan}};

}  // namespace
}  // namespace maxtrick
