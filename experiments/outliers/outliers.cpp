// Experiment `outliers`: what one outlier does to probabilities, loss and training, with softmax,
// softmax with a soft cap or a temperature, and the sum activations. Part `gap` is exact: a logit
// that leads by a gap. Parts `mislabelled` and `distant` train with and without such examples.
#include <algorithm>
#include <limits>
#include <memory>

#include "inputs/selection.hpp"
#include "inputs/task.hpp"
#include "inputs/variant_plan.hpp"
#include "outliers/table.hpp"
#include "run/case_of.hpp"
#include "text/quoted.hpp"

namespace maxtrick::outliers {
namespace {

void add_gaps(run::Plan& plan, const Columns& columns, config::Section& config,
              const std::vector<Activation>& activations) {
  const auto gaps = inputs::read_distinct(
      config, "gaps", [](double gap) { return gap >= 0 && gap <= 1000; },
      "a number from 0 to 1000");
  for (const Others& row : read_rows(config)) {
    const auto others = std::make_shared<const Others>(row);
    for (const Activation& activation : activations)
      for (const double gap : gaps) {
        const auto answer = [others, activation, gap](const Point&) {
          return Found{.answer = exact_answer(activation, *others, gap),
                       .bound = gradient_bound(activation)};
        };
        plan.cases.push_back(run::case_of(
            columns, Point{"gap", others->name, activation.name, gap, others->hazard}, answer));
        plan.cases.back().promised = true;
      }
    add_gap_views(plan.table, row);
  }
  if (!gaps.empty() && !activations.empty())
    plan.table.lines.push_back({.title = "The rows of logits",
                                .columns = {"setting", "hazard"},
                                .given = "hazard",
                                .only = {{"part", "gap"},
                                         {"activation", activations.front().name},
                                         {"outlier", gaps.front()}}});
}

void add_trainings(run::Plan& plan, const Columns& columns,
                   const std::shared_ptr<Trainings>& trainings) {
  const std::size_t batch = plan.cases.size() + 1;
  const auto parts = trainings->parts();
  for (std::size_t i = 0; i < trainings->outliers().size(); ++i) {
    const Outlier& outlier = trainings->outliers()[i];
    const auto effects = [trainings, i](const Point&) -> std::variant<Found, run::Skip> {
      if (!trainings->unavailable().empty()) return run::Skip{trainings->unavailable()};
      return Found{.effects = trainings->effects(i),
                   .bound = gradient_bound(trainings->activation())};
    };
    const std::string part = outlier.distant ? "distant" : "mislabelled";
    plan.cases.push_back(
        run::case_of(columns,
                     Point{part, trainings->task().name, trainings->activation().name, outlier.name,
                           outlier.hazard, !outlier.chaotic && !trainings->activation().is_sum()},
                     effects, batch));
    plan.cases.back().parts = parts;
  }
}

// Reads the tables [[task]], each with the keys of read_task and
//   activations = ["names of [[activation]]"]
void add_tasks(run::Plan& plan, const Columns& columns, config::Section& config,
               const std::vector<inputs::NamedData>& data,
               const std::vector<Activation>& activations) {
  const std::size_t seeds = inputs::read_seeds(config);
  const auto activation_names = inputs::names_of(activations, &Activation::name);
  std::size_t fewest = std::numeric_limits<std::int32_t>::max();
  for (const inputs::NamedData& one : data)
    if (one.is_known()) fewest = std::min(fewest, one.rows - 1);
  const std::vector<Outlier> outliers = read_outliers(config, fewest);
  inputs::Names names("task");
  for (config::Section& section : config.tables("task")) {
    const inputs::Task task = inputs::read_task(section, data);
    names.add(section, task.name);
    const auto chosen = inputs::read_choices(section, "activations", activation_names);
    for (const std::size_t i : chosen)
      if (!activations[i].is_trainable())
        section.reject(
            "activations", text::quoted(activations[i].name) + " cannot be trained",
            "softmax, or sum_v2 with a margin: sum_v1 has no probabilities for logits of "
            "both signs, and without a margin sum_v2 has infinite losses");
    if (plan.table.lines.size() < 2 && !chosen.empty())
      plan.table.lines.push_back(
          {.title = "The outliers",
           .columns = {"outlier", "hazard"},
           .given = "seeds",
           .only = {{"setting", task.name}, {"activation", activations[chosen.front()].name}}});
    for (const std::size_t i : chosen)
      add_trainings(plan, columns,
                    std::make_shared<Trainings>(task, activations[i], outliers, seeds));
    add_training_views(plan.table, task.name);
  }
}

run::Plan plan(config::Section& config) {
  const auto activations = read_activations(config);
  const Columns columns = outliers::columns();
  // A table without training needs no data, and one without rows no gaps.
  const bool trains = config.has("task"), has_rows = config.has("row") || !trains;
  std::vector<inputs::NamedData> data;
  if (trains) data = inputs::read_data_sets(config);
  run::Plan plan = trains ? inputs::begin_plan(columns.schema(), data, {})
                          : inputs::begin_plan(columns.schema());
  plan.table.limits = {{"gradient_length", "gradient_bound"},
                       {"logit_gradient_q3", "logit_gradient_bound"}};
  if (has_rows) add_gaps(plan, columns, config, activations);
  if (trains) add_tasks(plan, columns, config, data, activations);
  return plan;
}

const run::RegisterExperiment registered{
    {"outliers", "a leading logit, a mislabelled and a distant example: what an outlier changes",
     plan}};

}  // namespace
}  // namespace maxtrick::outliers
