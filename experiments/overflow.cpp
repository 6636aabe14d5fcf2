// Experiment `overflow`: finds the rows of logits on which each way of computing softmax,
// log-softmax and log-sum-exp fails. The table has one row for each case, op, type and variant.
// Every output is judged against the oracle.
#include <fmt/format.h>

#include <algorithm>
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
#include "oracle/outcome.hpp"

namespace maxtrick::overflow {
namespace {

using ops::DType;
using ops::Op;
using ops::Variant;
using table::Rule;

struct Hazard {
  std::string name, hazard, source;
  inputs::LogitRow logits;
  std::vector<DType> dtypes;
  std::string missing = {};  // if the file of the logits is missing: its name and how to get it
};

struct Point {
  Op op;
  std::shared_ptr<const Hazard> hazard;
  DType dtype;
  const Variant* variant;
};

struct Found {
  oracle::Verdict verdict;
  std::optional<double> sum_minus_1;
};

using Columns = table::Columns<Point, Found>;

Columns columns(double tolerance_ulp) {
  const table::Tolerance ulps{table::Measure::absolute, 0.5,
                              "another libm may round exp and log differently; glibc without FMA "
                              "changed no cell",
                              table::not_negative};
  const table::Tolerance of_sum{table::Measure::absolute,
                                0x1p-54,
                                "as for max_error_ulp; half an ULP of float64 below 1",
                                {.low = -1}};
  return {
      {"op", Rule::exact, "the operation", &Point::op},
      {"case", Rule::key, "the case; the list of cases says what each provokes", &Point::hazard,
       &Hazard::name},
      {"dtype", Rule::key, "working type; the logits are first rounded to it", &Point::dtype},
      {"variant", Rule::key, "the variant", &Point::variant, &Variant::name},
      {"outcome", Rule::exact,
       fmt::format("ok, inaccurate (more than {} ULP off), wrong (no correct digit), "
                   "underflow, overflow, nan (although the exact value is a number); differs: "
                   "a library that documents another rule for NaN and infinities",
                   tolerance_ulp),
       &Found::verdict, &oracle::Verdict::outcome},
      {"max_error_ulp", ulps,
       "largest error of an output in units in the last place of the exact value; inf if one "
       "of the two is NaN or infinite",
       &Found::verdict, &oracle::Verdict::max_error_ulp},
      {"sum_minus_1", of_sum,
       "sum of the probabilities minus 1 (log_softmax: sum of the "
       "exponentials minus 1)",
       &Found::sum_minus_1},
      {"first_bad_index", Rule::exact, "index of the first output that is not ok", &Found::verdict,
       &oracle::Verdict::first_bad_index},
      {"hazard", Rule::exact, "what the case provokes", &Point::hazard, &Hazard::hazard},
      {"source", Rule::exact, "where users reported it", &Point::hazard, &Hazard::source},
  };
}

template <class T>
Found measure(const Point& point, inputs::ExactRow<T>& row, double tolerance_ulp) {
  const auto got = ops::apply(*point.variant, point.dtype, row.logits());
  return {oracle::judge<T>(point.op, row.exact(), got, tolerance_ulp,
                           !point.variant->special_values.empty()),
          oracle::sum_minus_1<T>(point.op, got)};
}

template <class T>
void lay_out(run::Plan& plan, const Columns& columns, Op op,
             const std::shared_ptr<const Hazard>& hazard, DType dtype,
             const std::vector<const Variant*>& variants, double tolerance_ulp) {
  const auto row = std::make_shared<inputs::ExactRow<T>>(
      op, [hazard] { return inputs::rounded<T>(hazard->logits.make()); });
  const std::size_t batch = plan.cases.size() + 1;
  const auto run = [=](const Point& point) -> std::variant<Found, run::Skip> {
    if (!point.hazard->missing.empty()) return run::Skip{point.hazard->missing};
    return measure<T>(point, *row, tolerance_ulp);
  };
  for (const Variant* variant : variants)
    if (variant->op == op && variant->has(dtype))
      plan.cases.push_back(inputs::of_variant(
          run::case_of(columns, Point{op, hazard, dtype, variant}, run, batch), *variant, dtype));
}

// Reads the tables [[case]], each with name, hazard, source, optionally dtypes, and logits, which
// are those of inputs::read_logits() or a file. Each row of a file is a case.
std::vector<std::shared_ptr<const Hazard>> read_cases(config::Section& config,
                                                      const std::vector<DType>& dtypes) {
  std::vector<std::shared_ptr<const Hazard>> cases;
  inputs::Names names("case");
  for (config::Section& section : config.tables("case")) {
    Hazard one{inputs::read_name(section, "name"),
               section.text("hazard"),
               section.text("source"),
               {},
               section.has("dtypes") ? inputs::read_dtypes(section) : dtypes};
    names.add(section, one.name);
    if (!inputs::names_logit_file(section, "logits")) {
      one.logits = inputs::read_logits(section, "logits");
      inputs::require_representable(section, "logits", one.logits, one.dtypes);
      cases.push_back(std::make_shared<const Hazard>(std::move(one)));
      continue;
    }
    for (inputs::NamedRow& row : inputs::read_named_rows(section, "logits", one.name, one.dtypes,
                                                         inputs::SpecialLogits::allowed)) {
      if (row.name != one.name) names.add(section, row.name);
      Hazard of_row = one;
      of_row.name = row.name;
      of_row.missing = row.missing;
      if (!row.logits.empty()) of_row.logits = inputs::row_of(std::move(row.logits));
      cases.push_back(std::make_shared<const Hazard>(std::move(of_row)));
    }
  }
  return cases;
}

run::Plan plan(config::Section& config) {
  const auto ops = inputs::read_ops(config);
  const auto dtypes = inputs::read_dtypes(config);
  const auto variants = inputs::read_variants(config);
  const double tolerance_ulp = config.number("inaccurate_above_ulp", {0.5, 1e6});
  const auto cases = read_cases(config, dtypes);
  inputs::require_ops(config, ops, variants);
  inputs::require_dtypes(config, dtypes, variants);

  const Columns columns = overflow::columns(tolerance_ulp);
  run::Plan plan = inputs::begin_plan(columns.schema(), variants);
  std::vector<DType> shown = dtypes;  // and the types that only cases name
  for (const auto& hazard : cases)
    for (const DType dtype : hazard->dtypes)
      if (std::find(shown.begin(), shown.end(), dtype) == shown.end()) shown.push_back(dtype);
  for (const DType dtype : shown)
    plan.table.counts.push_back(
        {.title = fmt::format("Number of cases by outcome, {}", name(dtype)),
         .row = "variant",
         .column = "outcome",
         .columns = inputs::names_of(oracle::all_outcomes),
         .only = {{"dtype", dtype}}});
  plan.table.legend = {"case", "hazard", "source"};
  for (const Op op : ops) {
    for (const DType dtype : shown)
      plan.table.pivots.push_back(
          {.title = fmt::format("{}, {}: outcome and largest error in ULP", name(op), name(dtype)),
           .row = "case",
           .column = "variant",
           .cells = {"outcome", "max_error_ulp"},
           .only = {{"op", op}, {"dtype", dtype}}});
    for (const auto& hazard : cases)
      for (const DType dtype : hazard->dtypes)
        ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
          lay_out<S>(plan, columns, op, hazard, dtype, variants, tolerance_ulp);
        });
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"overflow", "where each variant overflows, underflows, returns NaN or loses its digits",
     plan}};

}  // namespace
}  // namespace maxtrick::overflow
