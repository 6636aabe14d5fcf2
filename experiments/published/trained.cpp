#include "published/trained.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "inputs/arm.hpp"
#include "inputs/task.hpp"
#include "inputs/trained.hpp"
#include "io/number.hpp"
#include "learn/blas.hpp"
#include "published/figure.hpp"
#include "run/case_of.hpp"
#include "text/quoted.hpp"

namespace maxtrick::published {
namespace {

using inputs::Quantity;
using inputs::Runs;

// A row of the table: quantities of a run, the values that a document prints for each or claims for
// all of them, and the runs.
struct TrainedFigure {
  std::string id, what;
  std::string claim = {}, note = {};
  std::vector<std::string> printed = {};
  config::Range limits = {};
  std::vector<Quantity> quantities = {};
  std::shared_ptr<Runs> runs = {};
};

// Formats a quantity. More digits than these would vary with the core of OpenBLAS. For a
// probability near 1 the distance from 1 matters, so it is shown with more digits.
std::string shown(double x) {
  return 0.9999 < x && x < 1 ? fmt::format("{:.8f}", x) : fmt::format("{:.4g}", x);
}

// Formats a number of a claim. A difference of probabilities is near 0, where significant digits
// would be noise.
std::string rounded(const Quantity& quantity, double x) {
  if (quantity.name != inputs::overconfidence().name) return fmt::format("{:.2g}", x);
  return fmt::format("{:.2f}", std::round(100 * x) / 100 + 0.0);  // no -0.00
}

Agreement evaluate(const TrainedFigure& figure) {
  std::vector<std::string> bands;
  std::size_t within = 0;
  for (std::size_t i = 0; i < figure.quantities.size(); ++i) {
    const auto& of = figure.quantities[i].of;
    const double low = figure.runs->quantile(0, of), high = figure.runs->quantile(1, of);
    const double median = figure.runs->quantile(0.5, of);
    // A claim is about the median seed, and its numbers are round.
    bands.push_back(figure.printed.empty()
                        ? fmt::format("{} ({} to {})", rounded(figure.quantities[i], median),
                                      rounded(figure.quantities[i], low),
                                      rounded(figure.quantities[i], high))
                        : fmt::format("{} to {}", shown(low), shown(high)));
    if (figure.printed.empty())
      within += figure.limits.low <= median && median <= figure.limits.high;
    else if (const auto printed = io::parse_number(figure.printed[i]))
      within += low <= *printed && *printed <= high;
  }
  return {fmt::format("{}", fmt::join(bands, "; ")), how_many(within, bands.size()),
          figure.printed.empty() ? "" : "within",
          figure.note.empty()
              ? fmt::format("of {} seeds", figure.runs->all().size())
              : fmt::format("of {} seeds; {}", figure.runs->all().size(), figure.note)};
}

// The tasks, arms and runs that the figures can refer to by name.
struct Named {
  std::vector<inputs::NamedData> data;
  std::vector<inputs::Task> tasks;
  std::vector<inputs::Arm> arms;
  std::size_t seeds = 1;
  // Figures of one task, arm and test share its runs.
  std::map<std::tuple<std::string, std::string, std::string>, std::shared_ptr<Runs>> runs = {};
};

// test = "a name of [[data]]", whose points have the features and classes of the task.
std::optional<inputs::NamedData> read_test(config::Section& section, const inputs::Task& task,
                                           const std::vector<inputs::NamedData>& data) {
  const inputs::NamedData* test = inputs::read_one(section, "test", data);
  if (test == nullptr) return std::nullopt;
  const inputs::NamedData& own = task.data;
  if (own.is_known() && test->is_known() &&
      (test->features != own.features || test->classes != own.classes))
    section.reject("test", fmt::format("{} features and {} classes", test->features, test->classes),
                   fmt::format("{} features and {} classes, as the data of the task have",
                               own.features, own.classes));
  return *test;
}

std::vector<Quantity> read_quantities(config::Section& section, const inputs::Task& task) {
  auto known = inputs::quantities(task.options.epochs, {});
  for (Quantity& one : inputs::probability_extremes()) known.push_back(std::move(one));
  for (Quantity& one : inputs::recalls()) known.push_back(std::move(one));
  std::vector<std::string> names{"loss", "logit", "probability", inputs::overconfidence().name};
  for (const Quantity& one : known)
    if (!one.name.starts_with("loss_")) names.push_back(one.name);
  const std::string name = section.choice("quantity", names);
  if (name == inputs::overconfidence().name) return {inputs::overconfidence()};
  if (name == "loss") {
    known.resize(task.options.epochs);
    return known;
  }
  if (name == "logit" || name == "probability") {
    const std::size_t shown = task.data.is_known()
                                  ? std::min(inputs::shown_examples, task.data.rows)
                                  : inputs::shown_examples;
    const auto last = static_cast<std::int64_t>(shown) - 1;
    const auto example = section.count("example", 0, last);
    return inputs::outputs_of_example(name, example, task.data.classes);
  }
  std::erase_if(known, [&](const Quantity& one) { return one.name != name; });
  return known;
}

// A figure of losses is split into one row for each epoch.
std::vector<TrainedFigure> split(TrainedFigure figure) {
  if (figure.printed.size() != figure.quantities.size() || figure.quantities.empty() ||
      !figure.quantities.front().name.starts_with("loss_"))
    return {std::move(figure)};
  std::vector<TrainedFigure> rows;
  for (std::size_t i = 0; i < figure.printed.size(); ++i) {
    rows.push_back(figure);
    rows.back().id += fmt::format(".{}", i + 1);
    rows.back().what += fmt::format(", epoch {}", i + 1);
    rows.back().printed = {figure.printed[i]};
    rows.back().quantities = {figure.quantities[i]};
  }
  return rows;
}

std::vector<TrainedFigure> read_figures(config::Section& section, Named& named) {
  TrainedFigure figure{.id = inputs::read_name(section, "id"), .what = section.text("what")};
  if (section.has("note")) figure.note = section.text("note");
  const auto* task = inputs::read_one(section, "task", named.tasks);
  const auto* arm = inputs::read_one(section, "arm", named.arms);
  if (task == nullptr || arm == nullptr || arm->formulation == nullptr) {
    section.ignore_rest();
    return {};
  }
  if (arm->formulation->binary())
    section.reject("arm", text::quoted(arm->name) + " is a binary loss", "another arm");
  else
    inputs::require_classes(section, "arm", *arm, *task);
  figure.quantities = read_quantities(section, *task);
  std::optional<inputs::NamedData> test;
  if (!figure.quantities.empty() && figure.quantities.front().name == inputs::overconfidence().name)
    test = read_test(section, *task, named.data);
  Expectation expected = read_expectation(section);
  figure.claim = std::move(expected.claim);
  figure.limits = expected.limits;
  figure.printed = std::move(expected.printed);
  if (!section.has("claim") && figure.printed.size() != figure.quantities.size())
    section.reject("printed",
                   fmt::format("{} printed figures for {} numbers", figure.printed.size(),
                               figure.quantities.size()),
                   "one for each");
  auto& runs = named.runs[{task->name, arm->name, test ? test->name : ""}];
  if (!runs) {
    inputs::Setup setup{*task, *arm};
    setup.test = test;
    runs = std::make_shared<Runs>(std::move(setup), named.seeds);
  }
  figure.runs = runs;
  return split(std::move(figure));
}

}  // namespace

void add_trained(run::Plan& plan, const Columns& columns, config::Section& config,
                 inputs::Names& ids) {
  if (!config.has("trained")) return;
  plan.libraries.insert(learn::blas_library());
  plan.part = "runs";
  Named named;
  named.data = inputs::read_data_sets(config);
  for (const auto& one : named.data) plan.data.push_back(inputs::exported(one));
  named.arms = inputs::read_training_arms(config);
  inputs::Names task_names("task");
  for (config::Section& section : config.tables("task")) {
    named.tasks.push_back(inputs::read_task(section, named.data));
    task_names.add(section, named.tasks.back().name);
  }
  named.seeds = inputs::read_seeds(config);
  std::vector<TrainedFigure> figures;
  for (config::Section& section : config.tables("trained"))
    for (TrainedFigure& figure : read_figures(section, named)) {
      ids.add(section, figure.id, "id");
      figures.push_back(std::move(figure));
    }
  // Figures of the same runs are made adjacent, because they form a batch.
  std::stable_sort(figures.begin(), figures.end(), [](const auto& a, const auto& b) {
    const auto order = [](const TrainedFigure& figure) {
      const inputs::Setup& setup = figure.runs->setup();
      return std::tuple(setup.task.name, setup.arm.name, setup.test ? setup.test->name : "");
    };
    return order(a) < order(b);
  });
  const Runs* of_batch = nullptr;
  std::size_t batch = 0;
  run::Parts parts;
  for (const TrainedFigure& figure : figures) {
    if (figure.runs.get() != of_batch) {
      of_batch = figure.runs.get();
      batch = plan.cases.size() + 1;
      parts = figure.runs->parts();
    }
    const std::string printed = fmt::format("{}", fmt::join(figure.printed, " "));
    const Point point{figure.id, figure.what, figure.printed.empty() ? figure.claim : printed};
    const auto run = [figure](const Point&) { return evaluate(figure); };
    plan.cases.push_back(
        inputs::of_runs(run::case_of(columns, point, run, batch), *figure.runs, parts));
  }
}

}  // namespace maxtrick::published
