// Experiment `worst`: searches for the row on which each variant has its largest error, and names it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <vector>

#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "io/number.hpp"
#include "worst/search.hpp"

namespace maxtrick::worst {
namespace {

using ops::DType;
using ops::Variant;
using table::Rule;

// A case: the searches of the seeds from `first_seed` on.
struct Point {
  Problem problem;
  std::uint64_t first_seed = 0;
  std::size_t seeds = 0;

  [[nodiscard]] bool promised() const { return problem.variant->promises_bits(problem.dtype); }
};

// The worst of what several seeds find, in any order, on any thread.
class Worst {
 public:
  // Compares errors as the table states them, so that merging tables (scripts/merge) gives the same
  // row. Of equal ones, that of the first seed is kept.
  void add(const Found& found) {
    const double error = stated(found.error).number().value();
    const std::lock_guard lock(mutex_);
    rows_ += found.rows;
    if (error > error_ || (error == error_ && found.seed < worst_.seed)) {
      error_ = error;
      worst_ = found;
    }
  }
  [[nodiscard]] Found get() const {
    Found worst = worst_;
    worst.rows = rows_;
    return worst;
  }

 private:
  std::mutex mutex_;
  std::size_t rows_ = 0;
  double error_ = -1;  // of worst_, as stated
  Found worst_;
};

// Logits as one cell, in digits that give the same number of the type when they are read.
std::string text_of(const std::vector<double>& logits, DType dtype) {
  std::string text;
  for (const double x : logits)
    text += (text.empty() ? "" : " ") +
            (dtype == DType::float32 ? table::cell(static_cast<float>(x)) : table::cell(x));
  return text;
}

// One line of a checkpoint.
std::string to_text(const Found& found) {
  return fmt::format("{} {} {} {} {}", found.error, found.rows, found.rows_of, found.input.target,
                     fmt::join(found.input.logits, " "));
}

std::optional<Found> parse_found(std::string_view text, std::uint64_t seed) {
  std::istringstream in{std::string(text)};
  Found found;
  std::string error, logit;
  in >> error >> found.rows >> found.rows_of >> found.input.target;
  found.error = io::parse_number(error).value_or(-1);
  while (in >> logit) found.input.logits.push_back(io::parse_number(logit).value_or(0));
  found.seed = seed;
  return to_text(found) == text ? std::optional(found) : std::nullopt;
}

using Columns = table::Columns<Point, Found>;

// A column of what the search finds. Another libm, or another version of a library, has another
// worst row.
Columns::One found_column(Columns::One column) {
  column.shown_only = {{"promised", "no"}};
  column.description += "; compared only where the bits are promised";
  return column;
}

Columns columns() {
  return {
      {"variant", Rule::key, "the variant",
       [](const Point& point) { return point.problem.variant->name(); }},
      {"dtype", Rule::key, "the type of the logits and results",
       [](const Point& point) { return point.problem.dtype; }},
      {"classes", Rule::key, "logits of a row",
       [](const Point& point) { return point.problem.classes; }},
      {"promised", Rule::exact, "whether the bits of the variant are the same on every machine",
       [](const Point& point) { return point.promised(); }},
      {"rows", Rule::exact, "rows that were tried, by all seeds together", &Found::rows},
      found_column(
          {"error_ulp", Rule::exact,
           "the largest error that was found, from MPFR, in ULP of the exact value, or of "
           "the number below which the claim is an absolute error; six digits, rounded up; "
           "of a loss and its gradient, the largest of all",
           [](const Found& found) { return stated(found.error); }}),
      {"claimed_ulp", Rule::exact,
       "what the variant claims, which the error may not exceed; empty if it claims nothing",
       [](const Point& point) {
         const double ulp = bound_of(*point.problem.variant, point.problem.dtype).ulp;
         return std::isfinite(ulp) ? table::Cell(ulp) : table::Cell();
       }},
      found_column({"target", Rule::exact, "the class of the loss in that row, from 0",
                    [](const Point& point, const Found& found) {
                      return ops::takes_targets(point.problem.variant->op)
                                 ? table::Cell(found.input.target)
                                 : table::Cell();
                    }}),
      found_column({"logits", Rule::exact, "the row that has this error: the witness",
                    [](const Point& point, const Found& found) {
                      return table::Cell(text_of(found.input.logits, point.problem.dtype));
                    }}),
      found_column({"rows_of", Rule::exact, "the kind of the row from which it was reached",
                    &Found::rows_of}),
      found_column({"seed", Rule::exact, "the seed that found it", &Found::seed}),
  };
}

// A search for each seed, which may run on any thread. A checkpoint keeps its result, but not that of
// a plug-in, which may change: the searches of a plug-in run one after the other.
run::Case case_of(const Columns& columns, const Point& point) {
  const Problem& problem = point.problem;
  const auto worst = std::make_shared<Worst>();
  const bool of_plugin = !problem.variant->plugin.empty();
  const auto measure = [worst, of_plugin](const Point& one) {
    for (std::size_t i = 0; of_plugin && i < one.seeds; ++i)
      worst->add(search(one.problem, one.first_seed + i));
    return worst->get();
  };
  run::Case one =
      inputs::of_variant(run::case_of(columns, point, measure), *problem.variant, problem.dtype);
  if (of_plugin || !problem.variant->unavailable.empty()) return one;
  one.kept = std::make_shared<run::KeptParts>(run::KeptParts{
      .name =
          fmt::format("{}.{}.{}", problem.variant->name(), name(problem.dtype), problem.classes),
      .size = point.seeds,
      .identity = [point] { return fmt::format("{} {}", point.problem.rows, point.first_seed); },
      .compute =
          [point](std::size_t part) {
            return to_text(search(point.problem, point.first_seed + part));
          },
      .take =
          [point, worst](std::size_t part, std::string_view text) {
            const auto found = parse_found(text, point.first_seed + part);
            if (!found || found->input.logits.size() != point.problem.classes) return false;
            worst->add(*found);
            return true;
          }});
  return one;
}

// seeds = [first, last]
void read_seeds(config::Section& config, Point& point) {
  const auto numbers = config.numbers("seeds");
  const auto whole = [](double x) { return x >= 0 && x <= 0x1p53 && x == std::floor(x); };
  constexpr double most = 1'000'000;
  point.seeds = 1;
  if (numbers.size() == 2 && whole(numbers[0]) && whole(numbers[1]) && numbers[0] <= numbers[1] &&
      numbers[1] - numbers[0] < most) {
    point.first_seed = static_cast<std::uint64_t>(numbers[0]);
    point.seeds = static_cast<std::size_t>(numbers[1] - numbers[0]) + 1;
  } else {
    config.reject("seeds", "no range of seeds",
                  fmt::format("[first, last]: whole numbers from 0, at most {} seeds", most));
  }
}

void add_views(table::ResultTable& table, const std::vector<const Variant*>& variants,
               const std::vector<DType>& dtypes) {
  for (const DType dtype : dtypes) {
    if (std::none_of(variants.begin(), variants.end(),
                     [dtype](const Variant* variant) { return variant->has(dtype); }))
      continue;
    table.pivots.push_back(
        {.title = fmt::format("{}: the largest error found, in ULP, by number of "
                              "classes, and the claim",
                              name(dtype)),
         .row = "variant",
         .column = "classes",
         .cells = {"error_ulp"},
         .only = {{"dtype", dtype}},
         .largest = "claimed_ulp"});
  }
  table.lines.push_back({.title = "The witnesses",
                         .columns = {"variant", "dtype", "error_ulp", "target", "logits"},
                         .given = "logits"});
}

run::Plan plan(config::Section& config) {
  const auto variants = inputs::read_variants_and_losses(config);
  const auto dtypes = inputs::read_dtypes(config);
  inputs::require_dtypes(config, dtypes, variants);
  const auto classes = inputs::read_classes(config, 2, 1000);
  Point point;
  point.problem.rows = config.count("rows", 1, 1'000'000'000);
  read_seeds(config, point);
  const Columns columns = worst::columns();
  run::Plan plan = inputs::begin_plan(columns.schema(), variants);
  plan.part = "searches";
  plan.table.limits = {{"error_ulp", "claimed_ulp"}};
  add_views(plan.table, variants, dtypes);
  for (const Variant* variant : variants)
    for (const DType dtype : dtypes)
      for (const std::size_t n : classes) {
        if (!variant->has(dtype)) continue;
        point.problem.variant = variant;
        point.problem.dtype = dtype;
        point.problem.classes = n;
        plan.cases.push_back(case_of(columns, point));
      }
  return plan;
}

const run::RegisterExperiment registered{
    {"worst", "searches for the row on which each variant has its largest error", plan}};

}  // namespace
}  // namespace maxtrick::worst
