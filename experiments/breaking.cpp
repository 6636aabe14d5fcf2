// Experiment `breaking`: finds the conditions under which the naive forms of the loss stop learning
// while the preferred ones still learn. The table has one row for each condition and arm, over many
// seeds. All arms of a condition start from the same state.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "inputs/selection.hpp"
#include "inputs/task.hpp"
#include "inputs/trained.hpp"
#include "run/case_of.hpp"

namespace maxtrick::breaking {
namespace {

using inputs::Runs;
using inputs::Trained;
using table::Rule;

double optional_number(config::Section& section, std::string_view key, double otherwise,
                       config::Range range) {
  return section.has(key) ? section.number(key, range) : otherwise;
}

std::size_t optional_count(config::Section& section, std::string_view key, std::size_t otherwise,
                           std::size_t most) {
  if (!section.has(key)) return otherwise;
  return section.count(key, 0, static_cast<std::int64_t>(most));
}

// Reads the setup of a [[condition]], without its arm: the task, changed by these optional keys:
//   learning_rate, dtype (of softmax and loss: every type but float64), and inputs::Start's
//   feature_scale, label_noise, bias, biased, misled_epochs, last_layer_scale
// Errors are noted in the config. It is also an error if the softmax of one of the arms does not
// support the type.
inputs::Setup read_condition(config::Section& section, const inputs::Task& task,
                             const std::vector<inputs::Arm>& arms) {
  inputs::Setup setup{.task = task, .arm = {}};
  auto& rate = setup.task.options.optimiser.learning_rate;
  rate = optional_number(section, "learning_rate", rate, {1e-12, 1e6});
  inputs::Start& start = setup.start;
  start.feature_scale = optional_number(section, "feature_scale", 1, {1e-30, 1e30});
  start.label_noise = optional_number(section, "label_noise", 0, {0, 1});
  start.bias = optional_number(section, "bias", 0, {-1e30, 1e30});
  const bool binary = std::any_of(arms.begin(), arms.end(), [](const inputs::Arm& one) {
    return one.formulation != nullptr && one.formulation->binary();
  });
  start.biased = optional_count(section, "biased", 0, binary ? 0 : task.data.classes - 1);
  start.misled_epochs = optional_count(section, "misled_epochs", 0, 100'000);
  start.last_layer_scale = optional_number(section, "last_layer_scale", 1, {-1e30, 1e30});
  if (section.has("dtype")) {
    std::vector<std::string> names;
    for (const auto dtype : ops::all_dtypes)
      if (dtype != ops::DType::float64) names.emplace_back(name(dtype));
    if (const auto dtype = ops::parse_dtype(section.choice("dtype", names))) setup.dtype = *dtype;
    for (const auto& one : arms)
      if (one.softmax != nullptr && !one.softmax->has(setup.dtype))
        section.reject(
            "dtype",
            fmt::format("'{}' is not available in {}", one.softmax->name(), name(setup.dtype)),
            "a type in which the softmax of every arm is available");
  }
  return setup;
}

// A run counts as trained if its accuracy is at most this far below the best arm's. Arms that fail
// are 0.25 or more below it; single seeds of arms that learn vary by a few hundredths.
constexpr double near_best = 0.05;
// The share of the seeds that decides the outcome of an arm.
constexpr double decided = 0.75;

struct Condition {
  std::string name, hazard, source;
  std::vector<std::shared_ptr<Runs>> arms;
};

// An arm under a condition.
struct Point {
  std::shared_ptr<const Condition> condition;
  std::shared_ptr<const Runs> runs;
};

struct Found {
  std::string outcome;
  std::size_t nan = 0, learning = 0;
  double best_accuracy = 0;  // the median of the best arm
};

using Columns = table::Columns<Point, Found>;

double accuracy(const Trained& run) { return run.after.accuracy; }
double exact_loss(const Trained& run) { return run.after.exact_loss; }
double bad_loss_share(const Trained& run) {
  return static_cast<double>(run.history.bad_loss_steps) / static_cast<double>(run.history.steps);
}

table::Cell first_bad_step(const Point& point) {
  std::vector<double> steps;
  for (const Trained& run : point.runs->all())
    if (run.history.first_bad_step)
      steps.push_back(static_cast<double>(*run.history.first_bad_step));
  if (steps.empty()) return {};
  return table::quantile(std::move(steps), 0.5);
}

// A cell whose value exists only after the runs have been made. The function therefore takes the
// result as well, although it does not use it.
template <class Of>
auto quantile(double q, Of of) {
  return [q, of](const Point& point, const Found&) {
    return table::short_number(point.runs->quantile(q, of));
  };
}

Columns columns() {
  const table::Tolerance seeds{table::Measure::absolute, 3,
                               "another core of OpenBLAS adds in another order, and training "
                               "amplifies the difference: a few seeds may end differently",
                               table::not_negative};
  const std::string median = "median over the seeds; not compared, because training is chaotic";
  return {
      {"condition", Rule::key, "what is changed; the list of conditions says how",
       &Point::condition, &Condition::name},
      {"arm", Rule::key, "the form of the loss",
       [](const Point& point) { return point.runs->setup().arm.name; }},
      {"outcome", Rule::exact,
       fmt::format("the outcome of at least {} % of the seeds: nan (a weight is not finite), "
                   "learns (accuracy within {} % of the median of the best arm, and closer to "
                   "1 than to a guess), stalls (neither); mixed if no outcome is that frequent",
                   100 * decided, 100 * near_best),
       &Found::outcome},
      {"nan_seeds", seeds, "number of seeds that end with NaN", &Found::nan},
      {"learning_seeds", seeds, "number of seeds that learn", &Found::learning},
      {"seeds", Rule::exact, "number of runs",
       [](const Point& point, const Found&) { return point.runs->all().size(); }},
      {"accuracy_q1", Rule::info,
       "accuracy on the correct labels after the last epoch: first quartile",
       quantile(0.25, accuracy)},
      {"accuracy_median", Rule::info,
       median + "; a network of NaN counts as predicting the first class", quantile(0.5, accuracy)},
      {"accuracy_q3", Rule::info, "third quartile", quantile(0.75, accuracy)},
      {"accuracy_lost", Rule::info,
       "median accuracy of the best arm under this condition, minus that of this arm",
       [](const Point& point, const Found& found) {
         return table::short_number(found.best_accuracy - point.runs->quantile(0.5, accuracy));
       }},
      {"start_loss", Rule::info, "exact loss before the first step; " + median,
       quantile(0.5, [](const Trained& run) { return run.start_loss; })},
      {"exact_loss_q1", Rule::info, "exact loss after the last epoch: first quartile",
       quantile(0.25, exact_loss)},
      {"exact_loss_median", Rule::info, median, quantile(0.5, exact_loss)},
      {"exact_loss_q3", Rule::info, "third quartile", quantile(0.75, exact_loss)},
      {"reported_loss", Rule::info,
       "the loss that the arm itself computes in the last epoch; " + median,
       quantile(0.5, [](const Trained& run) { return run.history.losses.back(); })},
      {"first_bad_step", Rule::info,
       "first step at which the loss or the gradient is not finite; median over the seeds that "
       "have such a step",
       [](const Point& point, const Found&) { return first_bad_step(point); }},
      {"bad_loss_share", Rule::info, "share of the steps whose loss is not finite; median",
       quantile(0.5, bad_loss_share)},
      {"dead_share", Rule::info,
       "share of the examples of the last epoch that are misclassified although their gradient "
       "is exactly 0; median",
       [](const Point& point, const Found&) {
         const auto examples = static_cast<double>(point.runs->setup().task.data.rows);
         return table::short_number(point.runs->quantile(0.5, [&](const Trained& run) {
           return static_cast<double>(run.history.dead) / examples;
         }));
       }},
      {"hazard", Rule::exact, "what the condition provokes", &Point::condition, &Condition::hazard},
      {"source", Rule::exact, "where users reported it", &Point::condition, &Condition::source},
  };
}

bool is_nan(const Trained& run) {
  return !std::all_of(run.parameters.begin(), run.parameters.end(),
                      [](float w) { return std::isfinite(w); });
}

Found judge(const Point& point) {
  const Runs& runs = *point.runs;
  Found found;
  for (const auto& arm : point.condition->arms)
    if (arm->made())
      found.best_accuracy = std::max(found.best_accuracy, arm->quantile(0.5, accuracy));
  // The threshold is at least halfway from a guess to 1. Otherwise all arms would count as learning
  // where even the best arm is hardly better than a guess.
  const double guess = 1 / static_cast<double>(runs.setup().task.data.classes);
  const double enough = std::max(found.best_accuracy - near_best, (1 + guess) / 2);
  for (const Trained& run : runs.all()) {
    found.nan += is_nan(run);
    found.learning += !is_nan(run) && run.after.accuracy >= enough;
  }
  const auto n = static_cast<double>(runs.all().size());
  const auto most = [&](std::size_t count) { return static_cast<double>(count) >= decided * n; };
  found.outcome = most(found.nan)                                        ? "nan"
                  : most(found.learning)                                 ? "learns"
                  : most(runs.all().size() - found.nan - found.learning) ? "stalls"
                                                                         : "mixed";
  return found;
}

void add_condition(run::Plan& plan, const Columns& columns,
                   const std::shared_ptr<const Condition>& condition) {
  std::vector<run::Parts> of_arms;
  for (const auto& runs : condition->arms) of_arms.push_back(runs->parts());
  const run::Parts parts = run::joined(of_arms);
  const std::size_t batch = plan.cases.size() + 1;
  // The outcome of every arm depends on which arm is the best. One foreign arm therefore affects
  // all.
  const bool foreign = std::any_of(condition->arms.begin(), condition->arms.end(),
                                   [](const auto& runs) { return runs->setup().arm.foreign(); });
  for (const auto& runs : condition->arms) {
    plan.cases.push_back(
        inputs::of_runs(run::case_of(columns, Point{condition, runs}, judge, batch), *runs, parts));
    plan.cases.back().foreign = foreign;
  }
}

void add_views(table::ResultTable& table) {
  table.counts = {{.title = "Number of conditions by outcome",
                   .row = "arm",
                   .column = "outcome",
                   .columns = {"learns", "stalls", "nan", "mixed"}}};
  table.means = {
      {.title = "What each arm costs: means over the conditions",
       .row = "arm",
       .cells = {"learning_seeds", "nan_seeds", "accuracy_lost", "bad_loss_share", "dead_share"}}};
  const auto pivot = [&](std::string title, std::vector<std::string> cells) {
    table.pivots.push_back({.title = std::move(title),
                            .row = "condition",
                            .column = "arm",
                            .cells = std::move(cells)});
  };
  pivot("Outcome, and median accuracy", {"outcome", "accuracy_median"});
  pivot("Exact loss: quartiles and median",
        {"exact_loss_q1", "exact_loss_median", "exact_loss_q3"});
  pivot("Reported loss", {"reported_loss"});
  pivot("First bad step; empty if there is none", {"first_bad_step"});
  pivot("Share of the steps whose loss is not finite", {"bad_loss_share"});
  pivot("Share of dead gradients in the last epoch", {"dead_share"});
  table.legend = {"condition", "start_loss", "hazard", "source"};
}

run::Plan plan(config::Section& config) {
  const auto data = inputs::read_data_sets(config);
  const auto arms = inputs::read_training_arms(config);
  const Columns columns = breaking::columns();
  run::Plan plan = inputs::begin_plan(columns.schema(), data, arms);
  config::Section task_section = config.table("task");
  const inputs::Task task = inputs::read_task(task_section, data);
  for (const auto& arm : arms) inputs::require_classes(task_section, "data", arm, task);
  const std::size_t seeds = inputs::read_seeds(config);
  inputs::Names names("condition");
  for (config::Section& section : config.tables("condition")) {
    auto condition = std::make_shared<Condition>(Condition{
        inputs::read_name(section, "name"), section.text("hazard"), section.text("source"), {}});
    names.add(section, condition->name);
    inputs::Setup setup = breaking::read_condition(section, task, arms);
    for (const auto& arm : arms) {
      if (arm.formulation == nullptr) continue;
      setup.arm = arm;
      condition->arms.push_back(std::make_shared<Runs>(setup, seeds));
    }
    add_condition(plan, columns, condition);
  }
  add_views(plan.table);
  return plan;
}

const run::RegisterExperiment registered{
    {"breaking", "where the obvious losses stop learning and the preferred ones continue", plan}};

}  // namespace
}  // namespace maxtrick::breaking
