// Experiment `x_minus_max`: finds the gap from which on the slides' approximation of log-softmax, x
// - max, is accurate enough. The table has one row for each type, number of classes and criterion;
// it shows the measured gap beside the one that theory predicts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "numerics/error.hpp"
#include "ops/apply.hpp"
#include "ops/dtype.hpp"
#include "ops/log_softmax.hpp"
#include "ops/registry.hpp"
#include "oracle/oracle.hpp"

namespace maxtrick::x_minus_max {
namespace {

using ops::DType;
using table::Rule;

// An accuracy that is required of x - max.
struct Criterion {
  enum class Kind { probability_within, others_within_ulp };
  std::string name, meaning;
  Kind kind;
  double tolerance;

  // probability_within t means e^(x - max) <= (1 + t) p, which is an error of log(1 + t) in the
  // log-probability.
  [[nodiscard]] double log_tolerance() const { return std::log1p(tolerance); }
};

// The candidate gaps: the numbers of the type from 0 to `highest`, but at least `step` apart.
struct Gaps {
  double step, highest, scan_step;
  int digits;  // of the type

  [[nodiscard]] double spacing(double gap) const {
    return gap == 0 ? step : std::max(step, std::ldexp(1.0, std::ilogb(gap) + 1 - digits));
  }
  [[nodiscard]] double down(double gap) const {
    return std::floor(gap / spacing(gap)) * spacing(gap);
  }
  [[nodiscard]] double last() const { return down(highest); }
  // Returns the next gap of the scan, which is at least one candidate after `gap`.
  [[nodiscard]] double next(double gap) const {
    return std::min(std::max(down(gap + scan_step), gap + spacing(gap)), last());
  }
};

// Returns the gap from which on the criterion holds in theory. Since x - max is exact where max is
// 0, the only error is log(1 + (n - 1) e^-gap), which is the same in every output. It is at most t
// if
//   gap >= log((n - 1) / (e^t - 1)).
double gap_within(double t, double n) { return std::max(0.0, std::log((n - 1) / std::expm1(t))); }

// Returns the gap from which on the error is within h ULP of the others' log-probability y, where
// |y| = log(e^gap + n - 1).
// 1. If |y| is in [2^b, 2^(b+1)), one ULP is 2^(b+1-p), so that the permitted error is t = h
//    2^(b+1-p).
// 2. As the gap grows, |y| and its ULP grow, and the error falls.
// 3. The answer therefore lies in the first binade that contains a gap which meets the binade's t.
//    It is that gap, or the start of the binade if the gap lies below it.
double gap_within_ulp(double h, int p, double n) {
  const auto gap_of = [&](double y) { return y + std::log1p(-(n - 1) * std::exp(-y)); };
  for (int b = std::ilogb(std::log(n));; ++b) {
    const double gap = gap_within(std::ldexp(h, b + 1 - p), n);
    if (gap >= gap_of(std::ldexp(1.0, b + 1))) continue;
    const bool from_start = std::ldexp(1.0, b) > std::log(n);
    return from_start ? std::max(gap, gap_of(std::ldexp(1.0, b))) : gap;
  }
}

// Returns the gap by theory, not rounded to a candidate; the type has p digits.
double predicted_gap(const Criterion& criterion, int p, std::size_t classes) {
  const auto n = static_cast<double>(classes);
  return criterion.kind == Criterion::Kind::probability_within
             ? gap_within(criterion.log_tolerance(), n)
             : gap_within_ulp(criterion.tolerance, p, n);
}

// The gap by measurement: a scan, then bisection after the last gap that fails.

// The largest errors of x - max in a row whose leader is 0 and whose other logits are -gap.
struct GapErrors {
  double absolute = 0;    // of all log-probabilities
  double others_ulp = 0;  // of all but the leader's
  [[nodiscard]] bool meets(const Criterion& criterion) const {
    return criterion.kind == Criterion::Kind::probability_within
               ? absolute <= criterion.log_tolerance()
               : others_ulp <= criterion.tolerance;
  }
};

// The errors for one type and number of classes. Each gap is measured once for all criteria.
template <class S>
class Measured {
 public:
  Measured(ops::DType dtype, std::size_t classes) : dtype_(dtype), classes_(classes) {}

  [[nodiscard]] GapErrors at(double gap) {
    const std::lock_guard lock(busy_);
    const auto [found, is_new] = known_.try_emplace(gap);
    if (is_new) found->second = measure(gap);
    return found->second;
  }

 private:
  [[nodiscard]] GapErrors measure(double gap) const {
    std::vector<S> logits(classes_, static_cast<S>(-gap));
    logits[0] = S{};
    const std::span<const S> row(logits);
    const auto exact = oracle::exact<S>(ops::log_softmax, row);
    const auto got = ops::apply(*ops::find_variant("log_softmax.x_minus_max.scalar"), dtype_, row);
    GapErrors errors{numerics::absolute_error(exact[0], got[0]), 0};
    for (std::size_t i = 1; i < classes_; ++i) {
      if (i > 1 && got[i] == got[i - 1]) continue;
      errors.absolute = std::max(errors.absolute, numerics::absolute_error(exact[i], got[i]));
      errors.others_ulp = std::max(errors.others_ulp, numerics::error_ulp(exact[i], got[i]));
    }
    return errors;
  }

  ops::DType dtype_;
  std::size_t classes_;
  std::mutex busy_;
  std::map<double, GapErrors> known_;
};

// The result of a search.
struct Found {
  std::optional<double> from_gap;  // the smallest gap from which on the criterion holds
  // Whether, over the scanned gaps, the error never grows and the criterion, once it holds, holds
  // at all larger gaps.
  bool monotone = true;
};

// Scans the whole range first, so that the answer depends on no theory: the criterion holds at
// every scanned gap above the last one that fails. Then bisects between that gap and the next.
template <class S>
Found search(Measured<S>& measured, const Criterion& criterion, const Gaps& gaps) {
  Found found;
  double failing = -1;  // the last gap that fails
  double before = std::numeric_limits<double>::infinity();
  bool held = false;
  // Errors below 2^-41 ULP of the others' log-probability can be errors of the oracle.
  const double noise = std::ldexp(gaps.highest, -40 - gaps.digits);
  for (double gap = 0;; gap = gaps.next(gap)) {
    const GapErrors errors = measured.at(gap);
    const bool holds = errors.meets(criterion);
    if ((held && !holds) || errors.absolute > before + noise) found.monotone = false;
    held = holds;
    before = errors.absolute;
    if (!holds) failing = gap;
    if (gap == gaps.last()) break;
  }
  if (failing < 0) return {0, found.monotone};
  if (!held) return {std::nullopt, found.monotone};
  double low = failing, high = gaps.next(failing);
  while (low + gaps.spacing(low) < high) {
    const double middle = gaps.down(low + (high - low) / 2);
    (measured.at(middle).meets(criterion) ? high : low) = middle;
  }
  found.from_gap = high;
  return found;
}

struct Point {
  std::shared_ptr<const Criterion> criterion;
  DType dtype;
  std::size_t classes;
};

struct Compared {
  Found measured;
  double predicted = 0;
  std::optional<double> difference = {}, spacing = {};
};

using Columns = table::Columns<Point, Compared>;

Columns columns() {
  // Both are differences of numbers of about 100, whose ULP is 2^-46.
  const table::Tolerance formula = {
      table::Measure::absolute, 0x1p-44,
      "depends on log and exp of libm; glibc without FMA changed no cell", table::not_negative};
  return {
      {"criterion", Rule::key, "what is required of x - max", &Point::criterion, &Criterion::name},
      {"dtype", Rule::key, "working type", &Point::dtype},
      {"classes", Rule::key, "number of logits: the leader is 0, the others are -gap",
       &Point::classes},
      {"from_gap", Rule::exact,
       "measured: the smallest gap of the grid from which the criterion holds at every larger "
       "gap; never, if it does not hold at the largest gap",
       [](const Compared& both) -> table::Cell {
         if (!both.measured.from_gap) return "never";
         return *both.measured.from_gap;
       }},
      {"predicted_gap", formula, "predicted by theory, not rounded to the grid",
       &Compared::predicted},
      {"difference", formula,
       "difference between the two; empty if both are above the largest gap, inf if only the "
       "measured gap is",
       &Compared::difference},
      {"grid_spacing", Rule::exact,
       "distance from from_gap to the next gap of the grid, which bounds the difference",
       &Compared::spacing},
      {"monotone", Rule::exact,
       "yes: in a scan of the range at scan_step the error never increases, and the criterion "
       "does not fail again",
       &Compared::measured, &Found::monotone},
      {"meaning", Rule::exact, "the criterion in words", &Point::criterion, &Criterion::meaning},
  };
}

template <class S>
Compared measure(const Point& point, Measured<S>& measured, const Gaps& gaps) {
  Compared both{search(measured, *point.criterion, gaps),
                predicted_gap(*point.criterion, gaps.digits, point.classes)};
  if (both.measured.from_gap) {
    both.difference = std::fabs(*both.measured.from_gap - both.predicted);
    both.spacing = gaps.spacing(*both.measured.from_gap);
  } else if (!(both.predicted > gaps.last())) {
    both.difference = INFINITY;
    both.spacing = gaps.spacing(gaps.last());
  }
  return both;
}

std::vector<std::shared_ptr<const Criterion>> read_criteria(config::Section& config) {
  using Kind = Criterion::Kind;
  std::vector<std::shared_ptr<const Criterion>> criteria;
  inputs::Names names("criterion");
  for (config::Section& section : config.tables("criterion")) {
    Criterion one{inputs::read_name(section, "name"), section.text("meaning"),
                  Kind::probability_within, 1};
    const bool in_ulp = section.has("others_within_ulp");
    if (in_ulp && section.has("probability_within"))
      section.reject("others_within_ulp",
                     "'others_within_ulp' and 'probability_within' are both given",
                     "one of the two");
    if (in_ulp) one.kind = Kind::others_within_ulp;
    // Below these limits, the error of the oracle itself, 2^-41 ULP, would affect the result.
    one.tolerance = in_ulp ? section.number("others_within_ulp", {0x1p-30, 1024})
                           : section.number("probability_within", {1e-9, 1});
    names.add(section, one.name);
    criteria.push_back(std::make_shared<const Criterion>(std::move(one)));
  }
  return criteria;
}

Gaps read_gaps(config::Section& config) {
  Gaps gaps{config.number("grid_step", {0x1p-20, 1}), config.number("largest_gap", {8, 700}),
            config.number("scan_step", {0x1p-4, 100}), 0};
  int exponent = 0;
  if (std::frexp(gaps.step, &exponent) != 0.5)
    config.reject("grid_step", fmt::format("{} is not a power of two", gaps.step),
                  "a power of two, so that all types can represent its multiples");
  return gaps;
}

run::Plan plan(config::Section& config) {
  const auto dtypes = inputs::read_dtypes(config);
  const auto classes = inputs::read_classes(config, 2);
  const Gaps common = read_gaps(config);
  const auto criteria = read_criteria(config);

  const Columns columns = x_minus_max::columns();
  run::Plan plan = inputs::begin_plan(columns.schema());
  plan.table.limits = {{"difference", "grid_spacing"}};
  plan.table.legend = {"criterion", "meaning"};
  std::size_t batch = 0;
  for (const DType dtype : dtypes) {
    plan.table.pivots.push_back(
        {.title = fmt::format("{}: smallest sufficient gap, by number of classes (measured, "
                              "predicted)",
                              name(dtype)),
         .row = "criterion",
         .column = "classes",
         .cells = {"from_gap", "predicted_gap"},
         .only = {{"dtype", dtype}}});
    for (const std::size_t n : classes)
      ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
        ++batch;
        Gaps gaps = common;
        gaps.digits = std::numeric_limits<S>::digits;
        const auto measured = std::make_shared<Measured<S>>(dtype, n);
        const auto run = [measured, gaps](const Point& point) {
          return measure<S>(point, *measured, gaps);
        };
        for (const auto& criterion : criteria)
          plan.cases.push_back(run::case_of(columns, Point{criterion, dtype, n}, run, batch));
      });
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"x_minus_max", "from which gap the approximation x - max is good enough", plan}};

}  // namespace
}  // namespace maxtrick::x_minus_max
