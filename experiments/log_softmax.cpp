// Experiment `log_softmax`: what each way of computing log-softmax is worth when one logit leads
// the others by a gap. One row for each number of classes, gap, type and variant.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>

#include "inputs/exact_row.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "numerics/dtype.hpp"
#include "numerics/outcome.hpp"
#include "suite/experiment.hpp"

namespace maxtrick {
namespace {

using numerics::BFloat16;
using numerics::DType;
using numerics::Float16;
using numerics::Op;
using numerics::Variant;
using suite::Rule;

// One logit of `gap`, the leader, before others of 0: exp(x) overflows where users meet it, x - m
// is exact, and two distinct logits cost the oracle little. The row is made when it is first asked
// for: those of a whole grid would fill the memory.
template <class S>
class LeaderRow {
 public:
  LeaderRow(std::size_t classes, double gap) : classes_(classes), gap_(gap) {}

  [[nodiscard]] inputs::ExactRow<S>& get() {
    std::call_once(once_, [this] {
      std::vector<S> logits(classes_, S{});
      logits[0] = static_cast<S>(gap_);
      row_.emplace(Op::log_softmax, std::move(logits));
    });
    return *row_;
  }

 private:
  std::size_t classes_;
  double gap_;
  std::once_flag once_;
  std::optional<inputs::ExactRow<S>> row_;
};

template <class S>
using SharedRow = std::shared_ptr<LeaderRow<S>>;

// What theory needs of a row and of the type that computes: unit roundoff u, smallest subnormal
// eta.
struct Facts {
  double n, gap, u, eta, largest;

  template <class T>
  [[nodiscard]] static Facts of(std::size_t classes, double gap) {
    using Limits = std::numeric_limits<T>;
    return {static_cast<double>(classes), gap, std::ldexp(1.0, -Limits::digits),
            double{Limits::denorm_min()}, double{Limits::max()}};
  }
  [[nodiscard]] double rest() const { return (n - 1) * std::exp(-gap); }
  // The error of x - max, the same in every output; by log1p, which keeps it where it is below u.
  [[nodiscard]] double method_error() const { return std::log1p(rest()); }
  // The log-probability largest in magnitude, that of the others.
  [[nodiscard]] double largest_y() const { return gap + method_error(); }
};

// A relative error of up to e, in the logarithm: there errors of products and quotients add up, and
// a bound holds also where n u is no longer small. Infinite where nothing is left of the number.
double in_log(double e) {
  return e < 1 ? -std::log1p(-e) : std::numeric_limits<double>::infinity();
}

// The largest absolute error of an output by the standard model: operations within u, exp, log and
// log1p within one ULP, 2 u (any libm worth the name), or eta below the normal numbers. Nothing
// where no bound is known.
//   - S = 1 + rest has n - 1 additions, the leader's 1 being exact; each step of them within u:
//     |log S' - log S| <= (n - 1) u + 2 u. The sum never overflows, since terms of at most 1 no
//     longer move it at 2^p.
//   - R, without that 1, has n - 2; log1p(R) turns its relative error a into at most a R / (1 + R),
//     R taken at its upper end.
//   - log p: the quotient's error is in the sum, the exponential and the division, and p of the
//     others may fall among the subnormals or to 0.
// Then each way's last operations, for the output largest in magnitude.
std::optional<double> error_bound(const std::string& algorithm, const Facts& f) {
  const double L = f.method_error(), y = f.largest_y(), one = in_log(f.u),
               function = in_log(2 * f.u);
  const double sum = (f.n - 1) * one + function + in_log((f.n - 1) * f.eta);
  const double log_sum = sum + 2 * f.u * (L + sum);
  const auto rounded = [&](double error, double magnitude) {
    return error + f.u * (magnitude + error);
  };
  if (algorithm == "x_minus_max") return rounded(L, f.gap);
  if (algorithm == "shifted") return rounded(log_sum, y);
  if (algorithm == "x_minus_lse") return rounded(rounded(log_sum, f.gap + L), y);
  if (algorithm == "shifted_log1p") {
    const double a = (f.n - 2) * one + function;
    const double share = 1 / (1 + std::exp(-a) / f.rest());  // R / (1 + R); 0 where R is
    const double argument = a * share + (f.n - 1) * f.eta;
    return rounded(argument + 2 * f.u * (L + argument) + f.eta, y);
  }
  const double p = std::exp(-y);
  const auto log_of = [&](double quotient) -> std::optional<double> {
    const double error = quotient + one + in_log(f.eta / p);
    return std::isfinite(error) ? std::optional(error + 2 * f.u * (y + error)) : std::nullopt;
  };
  if (algorithm == "log_of_max_trick")
    return log_of(sum + function + in_log(f.eta / std::exp(-f.gap)));
  if (algorithm == "log_of_naive") {
    // From e^gap on, too, the others' 1s move the sum by one ULP at most where they are below it.
    if (!(std::exp(f.gap) * (1 + 4 * f.u) <= f.largest)) return std::nullopt;
    return log_of((f.n - 1) * one + 2 * function);
  }
  return std::nullopt;
}

// The bound for outputs stored in S.
template <class S>
std::optional<double> stored_error_bound(const Variant& variant, DType dtype, std::size_t classes,
                                         double gap) {
  const Facts stored = Facts::of<S>(classes, gap);
  const bool wide = numerics::computes_in_float32(dtype);
  auto error = error_bound(variant.algorithm, wide ? Facts::of<float>(classes, gap) : stored);
  if (!error) return error;
  if (wide) *error += stored.u * (stored.largest_y() + *error) + stored.eta / 2;
  if (stored.largest_y() + *error > stored.largest) return std::nullopt;
  return *error * (1 + 0x1p-40);  // what the oracle and double leave open themselves
}

std::vector<suite::Column> columns(double tolerance_ulp) {
  using suite::Measure;
  const std::string libm = "another libm may round exp and log of float64 the other way: ";
  const suite::Tolerance ulp = {Measure::absolute, 2,
                                "another libm may round exp and log the other way, one ULP each"};
  const suite::Tolerance relative = {Measure::absolute, 0x1p-50, libm + "four roundings"};
  const suite::Tolerance absolute = {Measure::absolute, 0x1p-45,
                                     libm + "two ULPs of float64 at 64"};
  const suite::Tolerance formula = {Measure::relative, 1e-12, "computed with the libm at hand"};
  return {
      {"variant", Rule::key, "the implementation"},
      {"dtype", Rule::key, "working type; _in_float32: stored in 16 bits, computed in float32"},
      {"classes", Rule::key, "how many logits, the leader among them"},
      {"gap", Rule::key, "the leader's logit, rounded to the type first; the others are 0"},
      {"outcome", Rule::exact,
       fmt::format("ok, inaccurate (an output more than {} ULP off), wrong (one without a correct "
                   "digit), underflow (-inf for a number), overflow, nan",
                   tolerance_ulp)},
      {"max_error_ulp", Rule::bounded, "largest error of an output, in ULPs of the exact value",
       ulp},
      {"leader_error_ulp", Rule::bounded, "error of the leader's log-probability in its ULPs", ulp},
      {"leader_relative_error", Rule::bounded, "the same, relative: 1 where it came out as 0",
       relative},
      {"leader_absolute_error", Rule::bounded, "the same, absolute", absolute},
      {"max_absolute_error", Rule::bounded,
       "largest absolute error of an output; below 2^-41 ULP of the others it is the oracle's own",
       absolute},
      {"absolute_error_bound", Rule::bounded,
       "what theory allows max_absolute_error; empty where no bound is known (a library, a number "
       "out of range)",
       formula},
      {"method_error", Rule::bounded,
       "x - max only: log(1 + (classes - 1) e^-gap), what it leaves out", formula},
      {"observed_over_method",
       Rule::bounded,
       "x - max only: leader_absolute_error / method_error, 1 up to the last digits",
       {Measure::absolute, 1e-12, "method_error is computed with the libm at hand"}},
  };
}

template <class S>
suite::Row measure(const Variant& variant, LeaderRow<S>& shared, DType dtype, std::size_t classes,
                   double gap, double tolerance_ulp) {
  inputs::ExactRow<S>& row = shared.get();
  const auto got = numerics::apply(variant, dtype, row.logits());
  const auto rounded_gap = static_cast<double>(row.logits()[0]);
  // All outputs but the leader's have one exact value: what came again need not be judged again.
  std::vector<numerics::Exact<S>> exact = {row.exact()[0]};
  std::vector<S> outputs = {got[0]};
  double max_absolute_error = numerics::absolute_error(exact[0], got[0]);
  for (std::size_t i = 1; i < got.size(); ++i) {
    const bool again =
        i > 1 && (got[i] == got[i - 1] || (std::isnan(got[i]) && std::isnan(got[i - 1])));
    if (again) continue;
    exact.push_back(row.exact()[i]);
    outputs.push_back(got[i]);
    max_absolute_error =
        std::max(max_absolute_error, numerics::absolute_error(exact.back(), got[i]));
  }
  const auto verdict = numerics::judge<S>(variant.op, exact, outputs, tolerance_ulp, false);
  const double leader_error = numerics::absolute_error(exact[0], got[0]);
  const auto bound = stored_error_bound<S>(variant, dtype, classes, rounded_gap);
  const bool approximation = variant.algorithm == "x_minus_max";
  const double method_error = Facts::of<S>(classes, rounded_gap).method_error();
  return {variant.name(),
          std::string(name(dtype)),
          fmt::format("{}", classes),
          suite::cell(gap),
          std::string(name(verdict.outcome)),
          suite::cell(verdict.max_error_ulp),
          suite::cell(numerics::error_ulp(exact[0], got[0])),
          suite::cell(numerics::relative_error(exact[0], got[0])),
          suite::cell(leader_error),
          suite::cell(max_absolute_error),
          bound ? suite::cell(*bound) : "",
          approximation ? suite::cell(method_error) : "",
          approximation ? suite::cell(leader_error / method_error) : ""};
}

struct Grid {
  std::vector<DType> dtypes;
  std::vector<const Variant*> variants;
  std::vector<double> gaps;
  std::vector<std::size_t> classes;
  double tolerance_ulp;
};

// Numbers of an array, each once, for which `is_right` holds.
template <class IsRight>
std::vector<double> read_numbers(suite::Section& config, std::string_view key, IsRight is_right,
                                 const std::string& expected) {
  const auto numbers = config.numbers(key);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!is_right(numbers[i]))
      config.reject(key, i, fmt::format("{} is out of range", numbers[i]), expected);
    else if (std::find(numbers.begin(), numbers.begin() + static_cast<std::ptrdiff_t>(i),
                       numbers[i]) != numbers.begin() + static_cast<std::ptrdiff_t>(i))
      config.reject(key, i, fmt::format("{} is named twice", numbers[i]), "each once");
  }
  return numbers;
}

Grid read_grid(suite::Section& config) {
  Grid grid{inputs::read_dtypes(config), inputs::read_variants(config), {}, {}, 0};
  for (const Variant* variant : grid.variants)
    if (variant->op != Op::log_softmax)
      config.reject("variants", fmt::format("{} computes no log-softmax", variant->name()),
                    "variants of log_softmax: \"log_softmax.*\", say");
  // e^-700 is a normal number of double still, in which theory is computed.
  grid.gaps = read_numbers(
      config, "gaps", [](double gap) { return gap >= 0 && gap <= 700; }, "a number from 0 to 700");
  const auto classes = read_numbers(
      config, "classes",
      [](double n) { return n >= 2 && n <= double{inputs::max_classes} && n == std::floor(n); },
      fmt::format("a whole number from 2 to {}", inputs::max_classes));
  for (const double n : classes) grid.classes.push_back(n >= 2 ? static_cast<std::size_t>(n) : 2);
  grid.tolerance_ulp = config.number("inaccurate_above_ulp", {0.5, 1e6});
  return grid;
}

// The views: the leader's error, one a type; and that of x - max in the first of these types.
void add_pivots(suite::Section& config, const Grid& grid, suite::ResultTable& table) {
  std::vector<std::string> dtypes;
  for (const DType dtype : grid.dtypes) dtypes.emplace_back(name(dtype));
  const auto shown_dtypes = config.choices("shown_dtypes", dtypes);
  const auto n = config.integer("shown_classes", 2, inputs::max_classes);
  if (std::find(grid.classes.begin(), grid.classes.end(), static_cast<std::size_t>(n)) ==
      grid.classes.end())
    config.reject("shown_classes", fmt::format("{} is none of 'classes'", n), "one of them");
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
      {.title = fmt::format("x - max: absolute error of every log-probability, by classes, {}",
                            shown_dtypes.front()),
       .row = "gap",
       .column = "classes",
       .cells = {"leader_absolute_error"},
       .only = {{"variant", "log_softmax.x_minus_max.scalar"}, {"dtype", shown_dtypes.front()}}});
}

template <class S>
void lay_out(suite::Plan& plan, const Grid& grid, DType dtype, const SharedRow<S>& row,
             std::size_t classes, double gap, std::size_t batch) {
  for (const Variant* variant : grid.variants) {
    if (variant->op != Op::log_softmax || !variant->has(dtype)) continue;
    const double tolerance_ulp = grid.tolerance_ulp;
    plan.cases.push_back(
        {fmt::format("{}/{}/{}/{}", variant->name(), name(dtype), classes, suite::cell(gap)),
         [=]() -> std::variant<suite::Row, suite::Skip> {
           if (!variant->unavailable.empty())
             return suite::Skip{variant->name() + ": " + variant->unavailable};
           return measure<S>(*variant, *row, dtype, classes, gap, tolerance_ulp);
         },
         batch});
  }
}

suite::Plan plan(suite::Section& config) {
  const Grid grid = read_grid(config);
  suite::Plan plan{
      {.title = {}, .description = {}, .columns = columns(grid.tolerance_ulp), .rows = {}}, {}};
  add_pivots(config, grid, plan.table);
  plan.table.limits = {{"max_absolute_error", "absolute_error_bound"}};
  plan.libraries = {numerics::oracle_library()};
  for (const Variant* variant : grid.variants) {
    if (!variant->library.empty()) plan.libraries.insert(variant->library);
    plan.isas.insert(variant->isa.empty() ? variant->library : variant->isa);
  }
  std::size_t batch = 0;
  for (const std::size_t n : grid.classes)
    for (const double gap : grid.gaps) {
      ++batch;
      const std::tuple rows{std::make_shared<LeaderRow<float>>(n, gap),
                            std::make_shared<LeaderRow<double>>(n, gap),
                            std::make_shared<LeaderRow<Float16>>(n, gap),
                            std::make_shared<LeaderRow<BFloat16>>(n, gap)};
      for (const DType dtype : grid.dtypes)
        numerics::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
          lay_out<S>(plan, grid, dtype, std::get<SharedRow<S>>(rows), n, gap, batch);
        });
    }
  return plan;
}

const suite::RegisterExperiment registered{
    {"log_softmax", "what each form of log-softmax is worth when one logit leads by a gap", plan}};

}  // namespace
}  // namespace maxtrick
