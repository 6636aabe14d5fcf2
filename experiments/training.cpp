// Experiment `training`: trains the same network with each form of the loss, from the same seeds.
// The table has one row for each task, arm and quantity: the quantity's spread over the seeds and,
// where a document prints a value, whether the value lies within that spread.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "config/config.hpp"
#include "inputs/data_set.hpp"
#include "inputs/selection.hpp"
#include "inputs/task.hpp"
#include "inputs/trained.hpp"
#include "io/number.hpp"
#include "run/case_of.hpp"
#include "run/experiment.hpp"
#include "text/quoted.hpp"

namespace maxtrick::training {
namespace {

using inputs::Quantity;
using inputs::Runs;
using io::Array;
using io::NumberType;
using learn::Layer;
using table::Rule;

// Trained networks that are stored as files; a config requests them by [[export]].

// The parameters of a layer are stored column by column; the last row holds the biases.
Array weights(std::span<const float> layer, const Layer& shape) {
  Array W{{shape.inputs, shape.outputs}};
  for (std::size_t i = 0; i < shape.inputs; ++i)
    for (std::size_t j = 0; j < shape.outputs; ++j)
      W.values.push_back(double{layer[i + j * shape.rows()]});
  return W;
}

Array biases(std::span<const float> layer, const Layer& shape) {
  Array b{{shape.outputs}};
  for (std::size_t j = 0; j < shape.outputs; ++j)
    b.values.push_back(double{layer[shape.inputs + j * shape.rows()]});
  return b;
}

std::vector<run::ExportedFile> model_files(const inputs::Setup& setup, std::uint64_t seed) {
  inputs::Prepared run = prepare(setup, seed);
  (void)inputs::train(run, setup);
  std::vector<run::ExportedFile> files;
  const std::span<const float> parameters = run.network.parameters();
  for (const Layer& layer : run.network.layers()) {
    const auto own = parameters.subspan(layer.start, layer.rows() * layer.outputs);
    const std::size_t n = files.size() / 2 + 1;
    files.push_back(inputs::npy_file(fmt::format("weights_{}.npy", n), weights(own, layer),
                                     NumberType::float32));
    files.push_back(
        inputs::npy_file(fmt::format("biases_{}.npy", n), biases(own, layer), NumberType::float32));
  }
  const std::vector<float> z = learn::logits(run.network, run.examples);
  const std::vector<std::int32_t>& y = setup.task.data.data().y;
  files.push_back(inputs::npy_file(
      "logits.npy", {{run.examples.rows, run.network.outputs()}, {z.begin(), z.end()}},
      NumberType::float32));
  files.push_back(
      inputs::npy_file("labels.npy", {{y.size()}, {y.begin(), y.end()}}, NumberType::int64));
  return files;
}

// Appends the name unless the list already contains it.
void add_name(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// Exports the network that train_once(setup, seed) ends with, under the name TASK-ARM-SEED:
//   weights_1.npy, biases_1.npy, ...   of each layer, float32, inputs x outputs in C order. relu is
//                                      applied between layers, and no function after the last
//   logits.npy                         of all examples, rows x outputs, float32, computed by the
//                                      network in the type it is trained in, not widened
//   labels.npy                         of the data set, int64
// The network is trained again when the files are requested. This takes milliseconds; the
// alternative would be to keep the parameters of every run in memory for the one that is exported.
run::Export exported(const inputs::Setup& setup, std::uint64_t seed) {
  return {fmt::format("{}-{}-{}", setup.task.name, setup.arm.name, seed), setup.task.data.missing,
          [setup, seed] { return model_files(setup, seed); }};
}

// Reads the optional tables [[export]], each with
//   task = "lab", arm = "preferred", seed = 0      one of `setups`, and a seed from 0 to seeds - 1
// Errors are noted in the config; these include a run that does not exist or that is requested
// twice.
std::vector<run::Export> read_exports(config::Section& config,
                                      const std::vector<inputs::Setup>& setups, std::size_t seeds) {
  std::vector<run::Export> all;
  if (!config.has("export")) return all;
  std::vector<std::string> tasks;
  for (const inputs::Setup& setup : setups) add_name(tasks, setup.task.name);
  inputs::Names names("export");
  for (config::Section& section : config.tables("export")) {
    const std::string task = section.choice("task", tasks);
    std::vector<std::string> arms;
    for (const inputs::Setup& setup : setups)
      if (task.empty() || setup.task.name == task) add_name(arms, setup.arm.name);
    const std::string arm = section.choice("arm", arms);
    const auto seed = section.integer("seed", 0, static_cast<std::int64_t>(seeds) - 1);
    for (const inputs::Setup& setup : setups) {
      if (setup.task.name != task || setup.arm.name != arm) continue;
      all.push_back(exported(setup, static_cast<std::uint64_t>(seed)));
      names.add(section, all.back().name, "seed");
      break;
    }
  }
  return all;
}

// Stands in place of an arm's name in the rows of the Bayes classifier, which is the best possible
// one.
const std::string bayes = "bayes";

struct AskedTask {
  inputs::Task task;
  std::vector<inputs::Arm> arms;
  // The classes expected for the first examples; empty where the config has no expectation.
  std::vector<std::int32_t> first_categories;
};

// The values that a document prints for its single run, as text, by quantity.
struct PrintedRun {
  std::string task, arm, source;
  std::map<std::string, std::string> values;
};

std::vector<std::int32_t> read_first_categories(config::Section& section,
                                                const inputs::Task& task) {
  constexpr std::size_t most_classes = std::numeric_limits<std::int32_t>::max();
  if (!section.has("first_categories")) return {};
  const auto first = section.numbers("first_categories");
  const bool known = task.data.is_known();
  if (known && first.size() > task.data.rows)
    section.reject("first_categories",
                   fmt::format("{} classes for {} examples", first.size(), task.data.rows),
                   "at most one class for each example");
  try {
    return learn::class_indices(first, known ? task.data.classes : most_classes);
  } catch (const learn::LabelError& error) {
    section.reject("first_categories", error.what(), "classes of the data set");
    return {};
  }
}

void read_losses(config::Section& section, const AskedTask* asked, PrintedRun& one) {
  const auto losses = section.texts("loss");
  for (std::size_t i = 0; i < losses.size(); ++i) {
    one.values[fmt::format("loss_{}", i + 1)] = losses[i];
    if (!std::isfinite(io::parse_number(losses[i]).value_or(NAN)))
      section.reject("loss", i, text::quoted(losses[i]) + " is not a number",
                     "a loss as it was printed");
  }
  if (asked != nullptr && losses.size() > asked->task.options.epochs)
    section.reject(
        "loss", asked->task.options.epochs,
        fmt::format("{} losses for {} epochs", losses.size(), asked->task.options.epochs),
        "at most one loss for each epoch");
}

// Reads the tables [[task]], each with the keys of read_task and
//   arms = ["names of [[arm]]"], first_categories = [2, 0] (optional)
// Errors are noted in the config.
std::vector<AskedTask> read_tasks(config::Section& config,
                                  const std::vector<inputs::NamedData>& data,
                                  const std::vector<inputs::Arm>& arms) {
  const auto arm_names = inputs::names_of(arms, &inputs::Arm::name);
  std::vector<AskedTask> all;
  inputs::Names names("task");
  for (config::Section& section : config.tables("task")) {
    AskedTask asked{read_task(section, data), {}, {}};
    names.add(section, asked.task.name);
    asked.first_categories = read_first_categories(section, asked.task);
    for (const std::size_t i : inputs::read_choices(section, "arms", arm_names)) {
      asked.arms.push_back(arms[i]);
      require_classes(section, "arms", arms[i], asked.task);
      if (arms[i].name == bayes)
        section.reject("arms", fmt::format("an arm has the reserved name '{}'", bayes),
                       "another name, because this one denotes the best classifier");
    }
    all.push_back(std::move(asked));
  }
  return all;
}

// Reads the optional tables [[published]], each with
//   task, arm, source, loss = ["1.0082", ...] (of the first epochs)
// Errors are noted in the config. A run that no [[task]] asks for is an error too; otherwise it
// would be dropped silently.
std::vector<PrintedRun> read_printed_runs(config::Section& config,
                                          const std::vector<AskedTask>& tasks) {
  std::vector<PrintedRun> all;
  if (!config.has("published")) return all;
  const auto names = inputs::names_of(tasks, [](const AskedTask& one) { return one.task.name; });
  inputs::Names runs("published run");
  for (config::Section& section : config.tables("published")) {
    PrintedRun one{section.choice("task", names), {}, section.text("source"), {}};
    const AskedTask* asked = nullptr;
    for (const AskedTask& other : tasks)
      if (other.task.name == one.task) asked = &other;
    one.arm = asked ? section.choice("arm", inputs::names_of(asked->arms, &inputs::Arm::name))
                    : section.text("arm");
    runs.add(section, one.task + '/' + one.arm, "arm");
    read_losses(section, asked, one);
    all.push_back(std::move(one));
  }
  return all;
}

struct Point {
  std::string task, arm, quantity;
};

// The spread of a quantity over the seeds, and the value that a document prints for it.
struct Band {
  double lowest = 0, q1 = 0, median = 0, q3 = 0, highest = 0;
  std::string published = {}, source = {};
  std::optional<std::size_t> seeds = {};

  [[nodiscard]] std::optional<bool> within() const {
    if (published.empty()) return std::nullopt;
    const double number = io::parse_number(published).value_or(NAN);
    return lowest <= number && number <= highest;
  }
};

using Columns = table::Columns<Point, Band>;

Columns columns() {
  // A different core of OpenBLAS adds in a different order, and 630 training steps amplify the
  // difference.
  const table::Tolerance tolerance{
      table::Measure::relative, 1e-3,
      "another core of OpenBLAS adds in another order: one example of 2000 that changes sides "
      "is 5e-4 of an accuracy; a logit or a late loss of the circles changes by as much "
      "(measured)"};
  return {
      {"task", Rule::key, "data, network and optimiser, as the config defines them", &Point::task},
      {"arm", Rule::key,
       "the form of the loss; bayes: the classifier that knows how the data "
       "were generated",
       &Point::arm},
      {"quantity", Rule::key,
       "loss_1, loss_2, ...: mean loss of the examples of an epoch, each computed when it was "
       "used for training; over all examples after the last epoch: exact_loss (computed by the "
       "exact form in float64), accuracy, the extreme logits, and first_categories: how many "
       "of the first examples get the listed class",
       &Point::quantity},
      {"lowest", tolerance, "lowest value over the seeds", &Band::lowest},
      {"q1", tolerance, "first quartile: a quarter of the seeds is below", &Band::q1},
      {"median", tolerance, "median over the seeds", &Band::median},
      {"q3", tolerance, "third quartile: a quarter of the seeds is above", &Band::q3},
      {"highest", tolerance, "highest value over the seeds", &Band::highest},
      {"published", Rule::exact, "what a document prints for its single run", &Band::published},
      {"within", Rule::exact, "whether the printed value lies between lowest and highest",
       &Band::within},
      {"seeds", Rule::exact, "number of runs", &Band::seeds},
      {"source", Rule::exact, "the document", &Band::source},
  };
}

Band band_of(const Runs& runs, const Quantity& quantity, const PrintedRun* printed) {
  const auto at = [&](double q) { return runs.quantile(q, quantity.of); };
  Band band{at(0), at(0.25), at(0.5), at(0.75), at(1)};
  band.seeds = runs.all().size();
  if (printed == nullptr) return band;
  if (const auto value = printed->values.find(quantity.name); value != printed->values.end()) {
    band.published = value->second;
    band.source = printed->source;
  }
  return band;
}

void add_runs(run::Plan& plan, const Columns& columns, const std::shared_ptr<Runs>& runs,
              const std::vector<std::int32_t>& first,
              const std::shared_ptr<const PrintedRun>& printed) {
  const inputs::Task& task = runs->setup().task;
  const std::size_t batch = plan.cases.size() + 1;
  const auto parts = runs->parts();
  for (const Quantity& quantity : inputs::quantities(task.options.epochs, first)) {
    const auto run = [=](const Point&) { return band_of(*runs, quantity, printed.get()); };
    plan.cases.push_back(inputs::of_runs(
        run::case_of(columns, Point{task.name, runs->setup().arm.name, quantity.name}, run, batch),
        *runs, parts));
  }
}

// No classifier is better in the expectation over the distribution of the data. A classifier that
// was fitted to these very examples can still be better on them.
void add_bayes(run::Plan& plan, const Columns& columns, const inputs::Task& task) {
  if (!task.data.bayes) return;
  for (const std::string quantity : {"exact_loss", "accuracy"})
    plan.cases.push_back(
        run::case_of(columns, Point{task.name, bayes, quantity}, [=](const Point&) -> Band {
          const auto logits = task.data.bayes();
          const auto best = inputs::evaluate({logits.data(), task.data.rows, task.data.classes},
                                             task.data.data().y);
          const double value = quantity == "accuracy" ? best.accuracy : best.exact_loss;
          return {value, value, value, value, value};
        }));
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
      table.pivots.push_back({.title = fmt::format("{}, {}: the run of {} compared with the seeds",
                                                   task, one.arm, one.source),
                              .row = "quantity",
                              .column = "arm",
                              .cells = {"lowest", "published", "highest", "within"},
                              .only = {{"task", task}, {"arm", one.arm}, {"source", one.source}}});
}

run::Plan plan(config::Section& config) {
  const auto data = inputs::read_data_sets(config);
  const auto arms = inputs::read_training_arms(config);
  const Columns columns = training::columns();
  run::Plan plan = inputs::begin_plan(columns.schema(), data, arms);
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
      add_runs(plan, columns, std::make_shared<Runs>(setups.back(), seeds), first, of_arm);
    }
    add_bayes(plan, columns, task);
    add_views(plan.table, task.name, printed);
  }
  plan.models = training::read_exports(config, setups, seeds);
  return plan;
}

const run::RegisterExperiment registered{
    {"training", "the same network trained with each form of the loss, over many seeds", plan}};

}  // namespace
}  // namespace maxtrick::training
