// Experiment `loss`: cross-entropy as people write it, against the exact loss and gradient. The
// true class leads or trails by a gap; and the examples of public issues, whose figures come again.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "inputs/arm.hpp"
#include "inputs/digits.hpp"
#include "inputs/labelled_logits.hpp"
#include "inputs/loss_batch.hpp"
#include "inputs/variant_plan.hpp"
#include "loss/loss_errors.hpp"
#include "loss/loss_grid.hpp"
#include "ops/dtype.hpp"
#include "run/experiment.hpp"

namespace maxtrick::loss {
namespace {

using inputs::Arm;
using loss::Errors;
using ops::DType;
using ops::GradientForm;
using table::Rule;

const std::vector<std::string> outcomes{"ok", "loss_lost", "gradient_lost", "both_lost",
                                        "not_finite"};

std::vector<table::Column> columns() {
  using table::Measure;
  const std::string libm = "another libm may round exp and log the other way, which ";
  const table::Tolerance by_libm{Measure::absolute, 16,
                                 libm +
                                     "moves a probability by an ULP or two; so do the sums of "
                                     "131072 of them by ten"};
  const table::Tolerance mean{Measure::absolute, 0x1p-14,
                              libm + "moves each of a hundred losses, and their sum"};
  const table::Tolerance few{Measure::absolute, 0.02,
                             libm +
                                 "moves an example in a hundred over the "
                                 "threshold"};
  return {
      {"case", Rule::key, "gap: drawn rows; else examples that an issue spells out"},
      {"gap", Rule::key,
       "logit of the true class minus the largest other; of a case the smallest of its rows"},
      {"classes", Rule::key, "two classes in one column too count as 2"},
      {"dtype", Rule::key, "working type, to which the logits are rounded first"},
      {"targets", Rule::key, "sparse: the true class's index; one_hot: a weight for each class"},
      {"arm", Rule::key, "the loss, with its softmax; the config's list has both"},
      {"examples", Rule::exact, "rows of logits"},
      {"outcome", Rule::exact,
       "of the worst example: ok, loss_lost, gradient_lost or both_lost (not one correct digit: an "
       "error of half the exact value, of the gradient's largest entry, or more), not_finite"},
      {"mean_loss", Rule::bounded, "mean of the computed losses, added in the working type", mean},
      {"exact_loss", Rule::exact, "mean of the exact losses"},
      {"loss_error_u", Rule::bounded,
       "largest error of a loss by the larger of 1 and the exact loss, in units of u", by_libm},
      {"loss_relative_error", Rule::info, "largest error of a loss by the exact loss"},
      {"gradient_error_u", Rule::bounded,
       "largest error of an entry of the gradient by the logits, in units of u", by_libm},
      {"gradient_relative_error", Rule::info,
       "the same by the largest exact entry: 1 means not one digit"},
      {"difference_error_u", Rule::bounded,
       "the same as gradient_error_u where the gradient is taken as p - t; losses of logits have "
       "no other",
       by_libm},
      {"difference_relative_error", Rule::info, "the same by the largest exact entry"},
      {"lost_losses", Rule::bounded, "share of losses without one correct digit", few},
      {"lost_gradients", Rule::bounded, "share of gradients without one correct digit", few},
      {"zero_gradients", Rule::bounded, "share of gradients that are 0 in every entry", few},
      {"still_gradients", Rule::bounded,
       "share of gradients that move nothing: 0, or noise below a thousandth of what is due", few},
      {"infinite_losses", Rule::bounded, "share of losses that are infinite or NaN", few},
      {"infinite_gradients", Rule::bounded, "share of gradients with such an entry", few},
      {"printed", Rule::exact, "the mean loss as it was printed there"},
      {"agrees", Rule::exact, "whether mean_loss gives the printed digits"},
      {"drawn", Rule::exact, "yes: the examples are drawn; no: a case spells them out"},
      {"hazard", Rule::exact, "what the case provokes"},
      {"source", Rule::exact, "where users met it"},
  };
}

// Drawn examples with their exact losses, or those of a case.
struct Cell {
  LossCase about;
  std::string gap;
  std::shared_ptr<loss::ExactExamples> shared;
};

std::string classes_of(const Cell& cell) {
  return fmt::format("{}", std::max<std::size_t>(2, cell.about.examples.classes));
}

std::vector<std::string> key_of(const Cell& cell, const Arm& arm) {
  return {cell.about.name,    cell.gap, classes_of(cell), std::string(name(cell.about.dtype)),
          cell.about.targets, arm.name};
}

std::string outcome(const Errors& loss, const Errors& gradient) {
  if (loss.infinite + gradient.infinite > 0) return "not_finite";
  if (loss.lost > 0) return gradient.lost > 0 ? "both_lost" : "loss_lost";
  return gradient.lost > 0 ? "gradient_lost" : "ok";
}

std::string agreement(const std::string& printed, double value) {
  if (printed.empty()) return "";
  const bool agrees = std::isfinite(value) ? inputs::compare(printed, value).holds()
                                           : table::cell(value) == printed;
  return agrees ? "yes" : "no";
}

template <class T>
table::Row measure(const Cell& cell, const Arm& arm) {
  const auto& exact = cell.shared->exact();
  inputs::LossBatch<T> batch(cell.shared->examples(), cell.about.targets == "one_hot");
  const double u = ops::unit_roundoff(cell.about.dtype);
  const auto relative = [](const Errors& errors) { return fmt::format("{:.2g}", errors.relative); };

  std::string difference_u, difference_relative;
  if (arm.formulation->takes_probabilities()) {
    batch.run(arm.loss(GradientForm::difference, cell.about.guard));
    const auto errors = loss::gradient_errors<T>(exact, batch.gradient);
    difference_u = table::cell(errors.by_one / u);
    difference_relative = relative(errors);
  }
  batch.run(arm.loss(arm.gradient, cell.about.guard));
  const auto loss = loss::loss_errors<T>(exact, batch.losses);
  const auto gradient = loss::gradient_errors<T>(exact, batch.gradient);

  double exact_sum = 0;
  for (const auto& one : exact) exact_sum += one.loss.high;
  const double n = static_cast<double>(exact.size()), mean{batch.mean};
  const auto share = [n](std::size_t k) { return table::cell(static_cast<double>(k) / n); };
  const auto printed = cell.about.printed.find(arm.name);
  const std::string figure = printed == cell.about.printed.end() ? "" : printed->second;

  table::Row row = key_of(cell, arm);
  row.insert(row.end(), {fmt::format("{}", exact.size()),
                         outcome(loss, gradient),
                         table::cell(mean),
                         table::cell(exact_sum / n),
                         table::cell(loss.by_one / u),
                         relative(loss),
                         table::cell(gradient.by_one / u),
                         relative(gradient),
                         difference_u,
                         difference_relative,
                         share(loss.lost),
                         share(gradient.lost),
                         share(gradient.zero),
                         share(gradient.still),
                         share(loss.infinite),
                         share(gradient.infinite),
                         figure,
                         agreement(figure, mean),
                         cell.about.name == "gap" ? "yes" : "no",
                         cell.about.hazard,
                         cell.about.source});
  return row;
}

void lay_out(run::Plan& plan, const Cell& cell, const std::vector<Arm>& arms, std::size_t batch) {
  const bool one_column = cell.about.examples.classes == 1;
  for (const Arm& arm : arms) {
    if (arm.formulation->binary() != one_column) continue;
    std::string key;
    for (const std::string& part : key_of(cell, arm)) key += (key.empty() ? "" : "/") + part;
    const auto run = [=]() -> table::Row {
      return ops::with_storage(
          cell.about.dtype, [&]<class S>(std::type_identity<S>) { return measure<S>(cell, arm); });
    };
    if (arm.softmax)
      plan.cases.push_back(inputs::variant_case(key, *arm.softmax, batch, run));
    else
      plan.cases.push_back({key, run, batch});
  }
}

void lay_out_gap(run::Plan& plan, const LossConfig& config, double gap, std::size_t columns) {
  const std::size_t batch = plan.cases.size() + 1;
  // Where the gap is the same number in two types, so are the examples.
  std::map<double, std::shared_ptr<loss::ExactExamples>> known;
  for (const DType dtype : config.dtypes) {
    const double rounded_gap = ops::with_storage(
        dtype, [&]<class S>(std::type_identity<S>) { return double{static_cast<S>(gap)}; });
    auto& shared = known[rounded_gap];
    if (!shared)
      shared = std::make_shared<loss::ExactExamples>(
          [=, rows = config.grid.rows(columns), seed = config.grid.seed] {
            return inputs::gap_examples(columns, rows, rounded_gap, seed);
          });
    for (const std::string& targets : config.targets) {
      LossCase about{.name = "gap",
                     .hazard = "the true class leads, or trails, the largest other",
                     .source = "drawn",
                     .dtype = dtype,
                     .targets = targets,
                     .examples = {columns, {}, {}},
                     .printed = {}};
      lay_out(plan, {std::move(about), table::cell(gap), shared}, config.arms, batch);
    }
  }
}

void add_views(table::ResultTable& table, const LossConfig& config) {
  for (const DType dtype : config.dtypes)
    if (!config.grid.gaps.empty())
      table.counts.push_back(
          {.title = fmt::format("How many gaps and numbers of classes, {}", name(dtype)),
           .row = "arm",
           .column = "outcome",
           .columns = outcomes,
           .only = {{"case", "gap"},
                    {"dtype", std::string(name(dtype))},
                    {"targets", config.targets.front()}}});
  for (const LossView& view : config.grid.views)
    table.pivots.push_back({.title = fmt::format("{}, {} classes, {}: outcome and mean loss by gap",
                                                 view.dtype, view.classes, view.targets),
                            .row = "gap",
                            .column = "arm",
                            .cells = {"outcome", "mean_loss"},
                            .only = {{"case", "gap"},
                                     {"dtype", view.dtype},
                                     {"classes", view.classes},
                                     {"targets", view.targets}}});
  if (!config.cases.empty())
    table.pivots.push_back({.title = "Cases: mean loss, what was printed, and whether it agrees",
                            .row = "case",
                            .column = "arm",
                            .cells = {"mean_loss", "printed", "agrees"},
                            .only = {{"drawn", "no"}}});
}

run::Plan plan(config::Section& section) {
  const LossConfig config = read_loss_config(section);
  std::vector<const ops::Variant*> softmaxes;
  for (const Arm& arm : config.arms)
    if (arm.softmax) softmaxes.push_back(arm.softmax);
  run::Plan plan = inputs::begin_plan(columns(), softmaxes);
  add_views(plan.table, config);
  plan.table.legend = {"case", "hazard", "source"};
  for (const Arm& arm : config.arms)
    if (!arm.formulation) return plan;  // an error that is noted
  const bool one_column = std::any_of(config.arms.begin(), config.arms.end(),
                                      [](const Arm& arm) { return arm.formulation->binary(); });
  for (const std::size_t n : config.grid.classes)
    for (const double gap : config.grid.gaps) {
      lay_out_gap(plan, config, gap, n);
      if (n == 2 && one_column) lay_out_gap(plan, config, gap, 1);
    }
  for (const LossCase& one : config.cases) {
    if (one.examples.labels.empty()) continue;  // likewise
    auto examples = inputs::rounded(one.examples, one.dtype);
    lay_out(plan,
            {one, table::cell(inputs::smallest_gap(examples)),
             std::make_shared<loss::ExactExamples>([examples] { return examples; })},
            config.arms, plan.cases.size() + 1);
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"loss", "cross-entropy as people write it: where its loss and gradient die", plan}};

}  // namespace
}  // namespace maxtrick::loss
