// Experiment `overflow`: where each way of computing softmax, log-softmax and log-sum-exp breaks.
// One row for each case, op, type and variant; every output is judged against the oracle.
#include <fmt/format.h>

#include <memory>

#include "inputs/exact_row.hpp"
#include "inputs/logits.hpp"
#include "inputs/selection.hpp"
#include "inputs/variant_plan.hpp"
#include "ops/apply.hpp"
#include "ops/dtype.hpp"
#include "oracle/outcome.hpp"
#include "run/experiment.hpp"

namespace maxtrick {
namespace {

using ops::DType;
using ops::Op;
using ops::Variant;
using table::Rule;

struct Hazard {
  std::string name, hazard, source;
  std::vector<double> logits;
  std::vector<DType> dtypes;
};

std::vector<table::Column> columns(double tolerance_ulp) {
  return {
      {"op", Rule::exact, "the operation"},
      {"case", Rule::key, "the case; the list of cases says what it provokes"},
      {"dtype", Rule::key, "working type; the logits are rounded to it first"},
      {"variant", Rule::key, "the implementation"},
      {"outcome", Rule::exact,
       fmt::format("ok, inaccurate (more than {} ULP off), wrong (not one correct digit), "
                   "underflow, overflow, nan (where a number is due); differs: a library that "
                   "states another rule for NaN and infinities",
                   tolerance_ulp)},
      {"max_error_ulp",
       Rule::bounded,
       "largest error of an output in units in the last place of the exact value; inf where "
       "one of the two is NaN or infinite",
       {table::Measure::absolute, 2,
        "another libm may round exp and log the other way, one ULP each"}},
      {"sum_minus_1",
       Rule::bounded,
       "sum of the probabilities minus 1 (log_softmax: of the exponentials)",
       {table::Measure::absolute, 2.4e-7, "two ULPs of float32 at 1, for the same reason"}},
      {"first_bad_index", Rule::exact, "the first output that is not ok"},
      {"hazard", Rule::exact, "what the case provokes"},
      {"source", Rule::exact, "where users met it"},
  };
}

template <class T>
table::Row measure(const Variant& variant, inputs::ExactRow<T>& row, const Hazard& hazard,
                   DType dtype, double tolerance_ulp) {
  const auto& exact = row.exact();
  const auto got = ops::apply(variant, dtype, row.logits());
  const auto verdict =
      oracle::judge<T>(variant.op, exact, got, tolerance_ulp, !variant.special_values.empty());
  const auto sum = oracle::sum_minus_1<T>(variant.op, got);
  return {std::string(name(variant.op)),
          hazard.name,
          std::string(name(dtype)),
          variant.name(),
          std::string(name(verdict.outcome)),
          table::cell(verdict.max_error_ulp),
          sum ? table::cell(*sum) : "",
          verdict.first_bad_index ? fmt::format("{}", *verdict.first_bad_index) : "",
          hazard.hazard,
          hazard.source};
}

template <class T>
void lay_out(run::Plan& plan, Op op, const Hazard& hazard, DType dtype,
             const std::vector<const Variant*>& variants, double tolerance_ulp) {
  const auto row = std::make_shared<inputs::ExactRow<T>>(op, inputs::rounded<T>(hazard.logits));
  const std::size_t batch = plan.cases.size() + 1;
  for (const Variant* variant : variants) {
    if (variant->op != op || !variant->has(dtype)) continue;
    plan.cases.push_back(inputs::variant_case(
        fmt::format("{}/{}/{}", hazard.name, name(dtype), variant->name()), *variant, batch,
        [=] { return measure<T>(*variant, *row, hazard, dtype, tolerance_ulp); }));
  }
}

std::vector<Hazard> read_cases(config::Section& config, const std::vector<DType>& dtypes) {
  std::vector<Hazard> cases;
  inputs::Names names("case");
  for (config::Section& section : config.tables("case")) {
    Hazard one{inputs::read_name(section, "name"), section.text("hazard"), section.text("source"),
               inputs::read_logits(section, "logits"),
               section.has("dtypes") ? inputs::read_dtypes(section) : dtypes};
    inputs::require_representable(section, "logits", one.logits, one.dtypes);
    names.add(section, one.name);
    cases.push_back(std::move(one));
  }
  return cases;
}

std::vector<std::string> outcome_names() {
  std::vector<std::string> names;
  for (const auto outcome : oracle::all_outcomes) names.emplace_back(name(outcome));
  return names;
}

run::Plan plan(config::Section& config) {
  const auto ops = inputs::read_ops(config);
  const auto dtypes = inputs::read_dtypes(config);
  const auto variants = inputs::read_variants(config);
  const double tolerance_ulp = config.number("inaccurate_above_ulp", {0.5, 1e6});
  const auto cases = read_cases(config, dtypes);
  inputs::require_ops(config, ops, variants);
  inputs::require_dtypes(config, dtypes, variants);

  run::Plan plan = inputs::begin_plan(columns(tolerance_ulp), variants);
  for (const DType dtype : dtypes)
    plan.table.counts.push_back({.title = fmt::format("How many cases, {}", name(dtype)),
                                 .row = "variant",
                                 .column = "outcome",
                                 .columns = outcome_names(),
                                 .only = {{"dtype", std::string(name(dtype))}}});
  plan.table.legend = {"case", "hazard", "source"};
  for (const Op op : ops) {
    for (const DType dtype : dtypes)
      plan.table.pivots.push_back(
          {.title = fmt::format("{}, {}: outcome and largest error in ULP", name(op), name(dtype)),
           .row = "case",
           .column = "variant",
           .cells = {"outcome", "max_error_ulp"},
           .only = {{"op", std::string(name(op))}, {"dtype", std::string(name(dtype))}}});
    for (const Hazard& hazard : cases)
      for (const DType dtype : hazard.dtypes) {
        ops::with_storage(dtype, [&]<class S>(std::type_identity<S>) {
          lay_out<S>(plan, op, hazard, dtype, variants, tolerance_ulp);
        });
      }
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"overflow", "where each variant overflows, underflows, turns NaN or loses its digits", plan}};

}  // namespace
}  // namespace maxtrick
