// Experiment `imbalance`: trains on classes of unequal size with several losses, and measures each class on test
// sets with another draw of the same classes, in the proportions of the training data or in others. The table has
// one row for each task, arm and test set, once for the trained logits and once for logits that are shifted to
// the prior of the test set. Bayes classifiers, which know how the data were drawn, are the bound.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "imbalance/quality.hpp"
#include "inputs/lazy.hpp"
#include "inputs/selection.hpp"
#include "inputs/task.hpp"
#include "inputs/trained.hpp"
#include "run/case_of.hpp"
#include "text/quoted.hpp"

namespace maxtrick::imbalance {
namespace {

using inputs::Runs;
using table::Rule;

// The two rows without an arm: the Bayes classifiers for the prior of the training data, and for
// equally likely classes.
const std::string bayes = "bayes", bayes_balanced = "bayes_balanced";

// A test set of a task, with what all of its rows share.
struct TestSet {
  inputs::NamedData data;
  std::vector<std::size_t> trained;  // the numbers of training examples of the classes
  std::size_t bins = 0;

  [[nodiscard]] std::vector<double> log_prior() const {
    return inputs::Rebalancing{}.aimed_log_prior(inputs::class_counts(data.data()));
  }
  [[nodiscard]] Test test() const {
    const auto rare = std::min_element(trained.begin(), trained.end()) - trained.begin();
    return {data.data().y, static_cast<std::size_t>(rare), bins};
  }
};

// The shift of logits that are calibrated for the prior `aimed`, so that they are for `prior`.
std::vector<double> shift(const std::vector<double>& aimed, const std::vector<double>& prior) {
  std::vector<double> by;
  for (std::size_t k = 0; k < prior.size(); ++k) by.push_back(prior[k] - aimed[k]);
  return by;
}

struct Point {
  std::string task, arm, test;
  bool shifted;
};

using Found = std::vector<Quality>;  // one for each seed; one alone for a Bayes classifier
using Columns = table::Columns<Point, Found>;

template <class Of>
auto quantile(double q, Of of) {
  return [q, of](const Found& found) {
    std::vector<double> values;
    for (const Quality& one : found) values.push_back(std::invoke(of, one));
    return table::short_number(table::quantile(std::move(values), q));
  };
}

Columns columns(std::size_t classes) {
  const std::string why =
      "another core of OpenBLAS adds in another order, and training amplifies the difference: "
      "points near a border change sides (measured: ";
  const table::Tolerance share{table::Measure::absolute, 0.02, why + "0.006)", table::of_a_share};
  const table::Tolerance loss{table::Measure::relative, 0.02, why + "0.008)", table::not_negative};
  std::vector<Columns::One> all{
      {"task", Rule::key, "data, network and optimiser, as the config defines them", &Point::task},
      {"arm", Rule::key,
       "the loss; bayes and bayes_balanced: the Bayes classifiers for the prior of the training "
       "data and for equally likely classes",
       &Point::arm},
      {"test", Rule::key, "the test set, whose proportions are the prior of the row", &Point::test},
      {"logits", Rule::key,
       "trained: as the network gives them; shifted: plus log(prior of the test set / prior that "
       "the loss aims at)",
       [](const Point& point) { return point.shifted ? "shifted" : "trained"; }},
      {"seeds", Rule::exact, "number of runs, each with its own training data",
       [](const Found& found) { return found.size(); }}};
  const auto add = [&](const std::string& name, const std::string& what,
                       const table::Tolerance& tolerance, auto of) {
    all.emplace_back(name + "_q1", tolerance, what + ": first quartile over the seeds",
                     quantile(0.25, of));
    all.emplace_back(name + "_median", tolerance, "median", quantile(0.5, of));
    all.emplace_back(name + "_q3", tolerance, "third quartile", quantile(0.75, of));
  };
  for (std::size_t k = 0; k < classes; ++k)
    add(fmt::format("recall_{}", k),
        fmt::format("share of the points of class {} that are predicted as it", k), share,
        [k](const Quality& one) { return k < one.recall.size() ? one.recall[k] : NAN; });
  add("macro_recall", "mean of these shares (balanced accuracy)", share, &Quality::macro_recall);
  add("accuracy", "share of all points", share, &Quality::accuracy);
  add("nll", "mean of -log p of the true class", loss, &Quality::nll);
  add("ece", "expected calibration error: mean of |confidence - accuracy| over bins of confidence",
      share, &Quality::ece);
  all.emplace_back("rare_precision", share,
                   "share of the points predicted as the rarest class that are of it, 0 if there "
                   "are none: median",
                   quantile(0.5, &Quality::rare_precision));
  all.emplace_back("rare_claimed", loss,
                   "mean probability of the rarest class, divided by its share of the points; 1 "
                   "if the two agree: median",
                   quantile(0.5, &Quality::rare_claimed));
  return Columns(std::move(all));
}

// The results of an arm on a test set, for trained and for shifted logits.
struct Both {
  Found trained, shifted;
};

Both of_runs(const Runs& runs, const TestSet& set) {
  const inputs::Setup& setup = runs.setup();
  const learn::Examples examples(set.data.data());
  const std::vector<double> none(set.trained.size());
  const std::vector<double> to_prior =
      shift(setup.arm.rebalancing.aimed_log_prior(set.trained), set.log_prior());
  constexpr std::size_t at_a_time = 256;  // so that the intermediate results stay in a cache
  Both both;
  for (const inputs::Trained& run : runs.all()) {
    learn::Network<float> network(setup.task.widths(false), 1);
    std::copy(run.parameters.begin(), run.parameters.end(), network.parameters().begin());
    auto wide = learn::widened(network, at_a_time);
    const std::vector<double> z = learn::logits(wide, examples);
    const numerics::Rows<const double> logits{z.data(), examples.rows, z.size() / examples.rows};
    both.trained.push_back(quality(logits, none, set.test()));
    both.shifted.push_back(quality(logits, to_prior, set.test()));
  }
  return both;
}

Found of_bayes(const TestSet& set, bool is_balanced) {
  const std::vector<double> z = set.data.bayes();
  const std::size_t classes = set.trained.size();
  const std::vector<double> aimed = is_balanced
                                        ? std::vector<double>(classes)
                                        : inputs::Rebalancing{}.aimed_log_prior(set.trained);
  return {
      quality({z.data(), z.size() / classes, classes}, shift(set.log_prior(), aimed), set.test())};
}

// The test sets that a task names.
std::vector<inputs::NamedData> read_tests(config::Section& section, const inputs::Task& task,
                                          const std::vector<inputs::NamedData>& data) {
  std::vector<inputs::NamedData> tests;
  for (const std::size_t i :
       inputs::read_choices(section, "tests", inputs::names_of(data, &inputs::NamedData::name))) {
    tests.push_back(data[i]);
    const bool known = task.data.is_known() && data[i].is_known();
    if (known && (data[i].classes != task.data.classes || data[i].features != task.data.features))
      section.reject(
          "tests",
          fmt::format("{} has {} classes and {} features, but {} has {} and {}",
                      text::quoted(data[i].name), data[i].classes, data[i].features,
                      text::quoted(task.data.name), task.data.classes, task.data.features),
          "test data like the training data");
  }
  return tests;
}

// Why rows cannot be computed: a class without examples has no recall, and no prior; else empty.
std::string lacking(const inputs::NamedData& data) {
  if (!data.missing.empty()) return data.missing;
  const auto counts = inputs::class_counts(data.data());
  const auto none = std::find(counts.begin(), counts.end(), 0);
  if (none == counts.end()) return {};
  return fmt::format("{} has no point of class {}", data.name, none - counts.begin());
}

void add_task(run::Plan& plan, const Columns& columns, const inputs::Task& task,
              const std::vector<inputs::Arm>& arms, const std::vector<inputs::NamedData>& tests,
              std::size_t seeds, std::size_t bins) {
  const auto set_of = [task, bins](const inputs::NamedData& data) {
    return TestSet{data, inputs::class_counts(task.data.data()), bins};
  };
  const auto check = [task](const inputs::NamedData& data) {
    const std::string reason = lacking(task.data);
    return reason.empty() ? lacking(data) : reason;
  };
  using Measured = std::variant<Found, run::Skip>;
  for (const inputs::Arm& arm : arms) {
    if (arm.formulation == nullptr) continue;
    inputs::Setup setup{.task = task, .arm = arm, .redraws = bool(task.data.redrawn)};
    const auto runs = std::make_shared<Runs>(std::move(setup), seeds);
    const auto parts = runs->parts();
    const std::size_t batch = plan.cases.size() + 1;
    for (const inputs::NamedData& data : tests) {
      const auto both = std::make_shared<inputs::Lazy<Both>>(
          [runs, data, set_of] { return of_runs(*runs, set_of(data)); });
      const auto measure = [both, check, data](const Point& point) -> Measured {
        if (std::string reason = check(data); !reason.empty()) return run::Skip{reason};
        return point.shifted ? both->get().shifted : both->get().trained;
      };
      for (const bool shifted : {false, true}) {
        // The focal loss aims at no prior from which to shift.
        if (shifted && arm.rebalancing.gamma) continue;
        plan.cases.push_back(inputs::of_runs(
            run::case_of(columns, Point{task.name, arm.name, data.name, shifted}, measure, batch),
            *runs, parts));
      }
    }
  }
  for (const std::string& name : {bayes, bayes_balanced})
    for (const inputs::NamedData& data : tests) {
      if (!data.bayes) continue;
      const auto measure = [check, set_of, data](const Point& point) -> Measured {
        if (std::string reason = check(data); !reason.empty()) return run::Skip{reason};
        return of_bayes(set_of(data), point.arm == bayes_balanced);
      };
      plan.cases.push_back(
          run::case_of(columns, Point{task.name, name, data.name, false}, measure));
    }
}

void add_views(table::ResultTable& table, const std::vector<inputs::Task>& tasks,
               std::size_t classes) {
  std::vector<std::string> recalls;
  for (std::size_t k = 0; k < classes; ++k) recalls.push_back(fmt::format("recall_{}_median", k));
  recalls.emplace_back("accuracy_median");
  for (const inputs::Task& task : tasks)
    for (const std::string logits : {"trained", "shifted"}) {
      const table::Only only{{"task", task.name}, {"logits", logits}};
      const auto pivot = [&](const std::string& what, std::vector<std::string> cells) {
        table.pivots.push_back({.title = fmt::format("{}, {} logits: {}", task.name, logits, what),
                                .row = "arm",
                                .column = "test",
                                .cells = std::move(cells),
                                .only = only});
      };
      pivot("median recall of each class, and accuracy", recalls);
      pivot("median NLL and calibration error, and what is claimed of the rarest class",
            {"nll_median", "ece_median", "rare_claimed"});
    }
}

run::Plan plan(config::Section& config) {
  const auto data = inputs::read_data_sets(config);
  const auto arms = inputs::read_training_arms(config);
  const std::size_t seeds = inputs::read_seeds(config);
  const std::size_t bins = config.count("bins", 1, 10'000);
  std::vector<config::Section> sections = config.tables("task");
  std::vector<inputs::Task> tasks;
  std::vector<std::vector<inputs::NamedData>> tests;
  inputs::Names names("task");
  std::size_t classes = 1;
  for (config::Section& section : sections) {
    const inputs::Task& task = tasks.emplace_back(inputs::read_task(section, data));
    names.add(section, task.name);
    tests.push_back(read_tests(section, task, data));
    classes = std::max(classes, task.data.classes);
    for (const auto& arm : arms) {
      const bool binary = arm.formulation != nullptr && arm.formulation->binary();
      if (binary || arm.name == bayes || arm.name == bayes_balanced)
        section.reject("name",
                       binary ? text::quoted(arm.name) + " is a binary loss"
                              : text::quoted(arm.name) + " is the name of a Bayes classifier",
                       "another arm");
      else
        inputs::require_classes(section, "data", arm, task);
    }
  }
  const Columns columns = imbalance::columns(classes);
  run::Plan plan = inputs::begin_plan(columns.schema(), data, arms);
  for (std::size_t i = 0; i < tasks.size(); ++i)
    add_task(plan, columns, tasks[i], arms, tests[i], seeds, bins);
  add_views(plan.table, tasks, classes);
  return plan;
}

const run::RegisterExperiment registered{
    {"imbalance", "what class weights, focal loss and logit adjustment change", plan}};

}  // namespace
}  // namespace maxtrick::imbalance
