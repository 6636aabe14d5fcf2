// Experiment `training`: the same network trained with each form of the loss, from the same seeds.
// One row for each task, arm and quantity: how it is spread over the seeds, and where a document
// prints one, whether that lies within.
#include <fmt/format.h>

#include <cmath>

#include "inputs/arm.hpp"
#include "inputs/quantities.hpp"
#include "inputs/task.hpp"
#include "inputs/trained.hpp"
#include "io/number.hpp"
#include "run/experiment.hpp"
#include "training/model_files.hpp"
#include "training/training_tasks.hpp"

namespace maxtrick::training {
namespace {

using inputs::Quantity;
using inputs::Runs;
using table::Rule;

std::vector<table::Column> columns() {
  // Another OpenBLAS core adds up in another order, which 630 steps carry on.
  const table::Tolerance tolerance{
      table::Measure::relative, 1e-3,
      "another core of OpenBLAS adds up in another order: one example of 2000 on another side is "
      "5e-4 of an accuracy; a logit or a late loss of the circles moved by as much (measured)"};
  return {
      {"task", Rule::key, "data, network and optimiser, as the config has them"},
      {"arm", Rule::key,
       "the form of the loss; bayes: the classifier that knows how data are made"},
      {"quantity", Rule::key,
       "loss_1, loss_2, ...: mean loss of the examples of an epoch, each as it was trained on; "
       "then, "
       "of all examples after the last epoch: exact_loss (by the exact form in float64), accuracy, "
       "the extreme logits, first_categories: how many of the named classes of "
       "the first examples come out"},
      {"lowest", Rule::bounded, "over the seeds", tolerance},
      {"q1", Rule::bounded, "a quarter of the seeds is below", tolerance},
      {"median", Rule::bounded, "over the seeds", tolerance},
      {"q3", Rule::bounded, "a quarter of the seeds is above", tolerance},
      {"highest", Rule::bounded, "over the seeds", tolerance},
      {"published", Rule::exact, "what a document prints of its one run"},
      {"within", Rule::exact, "whether that is between lowest and highest"},
      {"seeds", Rule::exact, "how many runs"},
      {"source", Rule::exact, "the document"},
  };
}

table::Row row_of(const Runs& runs, const Quantity& quantity, const PrintedRun* printed) {
  table::Row row{runs.setup().task.name, runs.setup().arm.name, quantity.name};
  std::vector<double> band;
  for (const double q : {0.0, 0.25, 0.5, 0.75, 1.0}) {
    band.push_back(runs.quantile(q, quantity.of));
    row.push_back(table::cell(band.back()));
  }
  const auto value =
      printed ? printed->values.find(quantity.name) : decltype(printed->values.end()){};
  if (printed == nullptr || value == printed->values.end()) {
    row.insert(row.end(), {"", "", fmt::format("{}", runs.all().size()), ""});
    return row;
  }
  const double number = io::parse_number(value->second).value_or(NAN);
  const bool within = band.front() <= number && number <= band.back();
  row.insert(row.end(), {value->second, within ? "yes" : "no", fmt::format("{}", runs.all().size()),
                         printed->source});
  return row;
}

void add_runs(run::Plan& plan, const std::shared_ptr<Runs>& runs,
              const std::vector<std::int32_t>& first,
              const std::shared_ptr<const PrintedRun>& printed) {
  const inputs::Task& task = runs->setup().task;
  const std::size_t batch = plan.cases.size() + 1;
  const auto parts = runs->parts();
  for (const Quantity& quantity : inputs::quantities(task.options.epochs, first)) {
    plan.cases.push_back({fmt::format("{}/{}/{}", task.name, runs->setup().arm.name, quantity.name),
                          [=]() -> std::variant<table::Row, run::Skip> {
                            const std::string reason = runs->unavailable();
                            if (!reason.empty()) return run::Skip{reason};
                            return row_of(*runs, quantity, printed.get());
                          },
                          batch, parts});
    plan.cases.back().foreign = runs->setup().arm.foreign();
  }
}

// Over all data that could be drawn no classifier does better; one that was fitted to these very
// examples may do so on them.
void add_bayes(run::Plan& plan, const inputs::Task& task) {
  if (!task.data.bayes) return;
  for (const std::string quantity : {"exact_loss", "accuracy"})
    plan.cases.push_back({fmt::format("{}/{}/{}", task.name, bayes, quantity),
                          [=]() -> std::variant<table::Row, run::Skip> {
                            const auto logits = task.data.bayes();
                            const auto best =
                                inputs::evaluate({logits.data(), task.data.rows, task.data.classes},
                                                 task.data.data().y);
                            const std::string value = table::cell(
                                quantity == "accuracy" ? best.accuracy : best.exact_loss);
                            return table::Row{task.name, bayes, quantity, value, value, value,
                                              value,     value, "",       "",    "",    ""};
                          }});
}

void add_views(table::ResultTable& table, const std::string& task,
               const std::vector<PrintedRun>& printed) {
  table.pivots.push_back({.title = task + ": quartiles and median over the seeds",
                          .row = "quantity",
                          .column = "arm",
                          .cells = {"q1", "median", "q3"},
                          .only = {{"task", task}}});
  for (const PrintedRun& one : printed)
    if (one.task == task)
      table.pivots.push_back(
          {.title = fmt::format("{}, {}: the run of {} among the seeds", task, one.arm, one.source),
           .row = "quantity",
           .column = "arm",
           .cells = {"lowest", "published", "highest", "within"},
           .only = {{"task", task}, {"arm", one.arm}, {"source", one.source}}});
}

run::Plan plan(config::Section& config) {
  const auto data = inputs::read_data_sets(config);
  const auto arms = inputs::read_arms(config);
  run::Plan plan = inputs::begin_plan(columns(), data, arms);
  const std::size_t seeds = inputs::read_seeds(config);
  const auto tasks = read_tasks(config, data, arms);
  const auto printed = read_printed_runs(config, tasks);

  std::vector<inputs::Setup> setups;
  for (const auto& [task, its_arms, first] : tasks) {
    for (const inputs::Arm& arm : its_arms) {
      setups.push_back({task, arm});
      if (arm.formulation == nullptr) continue;
      std::shared_ptr<const PrintedRun> of_arm;
      for (const PrintedRun& one : printed)
        if (one.task == task.name && one.arm == arm.name)
          of_arm = std::make_shared<const PrintedRun>(one);
      add_runs(plan, std::make_shared<Runs>(setups.back(), seeds), first, of_arm);
    }
    add_bayes(plan, task);
    add_views(plan.table, task.name, printed);
  }
  plan.models = training::read_exports(config, setups, seeds);
  return plan;
}

const run::RegisterExperiment registered{
    {"training", "the same network trained with each form of the loss, over many seeds", plan}};

}  // namespace
}  // namespace maxtrick::training
