// Experiment `calibration`: whether trained networks are right as often as they claim, on examples
// that they were not trained with, and what a fitted temperature changes.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "calibration/runs.hpp"
#include "config/config.hpp"
#include "inputs/selection.hpp"
#include "inputs/task.hpp"
#include "run/case_of.hpp"
#include "run/experiment.hpp"
#include "table/quantile.hpp"

namespace maxtrick::calibration {
namespace {

using inputs::Arm;
using table::Rule;

struct Point {
  std::string task, arm;
  std::size_t epoch;
  std::string examples, temperature, quantity;
};

// The spread of a quantity over the seeds, or a bin of the reliability diagram over all seeds.
struct Found {
  std::optional<double> q1 = {}, median = {}, q3 = {};
  std::optional<double> share = {}, claimed = {}, right = {};

  [[nodiscard]] std::optional<double> of_share(std::optional<double> part) const {
    if (!part || !share || *share == 0) return std::nullopt;
    return *part / *share;
  }
};

using Columns = table::Columns<Point, Found>;

// The digits that a reader needs.
auto digits(std::optional<double> Found::*member) {
  return [member](const Found& found) { return table::short_number(found.*member); };
}

Columns columns() {
  const table::Tolerance tolerance{
      table::Measure::absolute, 4e-3,
      "another core of OpenBLAS adds in another order, and thousands of training steps amplify the "
      "difference: 0.008 of a loss, 0.006 of a temperature, 0.0024 of the others (measured)"};
  const auto quantile = [&](std::string name, std::string what,
                            std::optional<double> Found::*member) {
    Columns::One column(std::move(name), tolerance, std::move(what), digits(member));
    column.of_rows = {{{{"quantity", "nll"}}, 1.5e-2}, {{{"quantity", "temperature"}}, 1.5e-2}};
    return column;
  };
  const table::Tolerance of_a_bin{table::Measure::absolute, 2e-3,
                                  "as above: examples near the edge of a bin change sides, 0.0009 "
                                  "of all (measured)",
                                  table::of_a_share};
  return {
      {"task", Rule::key, "data, network and optimiser, as the config defines them", &Point::task},
      {"arm", Rule::key,
       "the form of the loss; bayes: the classifier that knows how the data were generated, which "
       "is calibrated, so that its figures show what the size of the test alone gives",
       &Point::arm},
      {"epoch", Rule::key, "how many epochs the network was trained; 0 for bayes", &Point::epoch},
      {"examples", Rule::key,
       "held_out: those to which the temperature is fitted; test: others, of the same "
       "distribution; elsewhere: those of another data set, which the config names",
       &Point::examples},
      {"temperature", Rule::key,
       "by what the logits are divided: 1, or the temperature with the smallest loss on the "
       "held-out examples",
       &Point::temperature},
      {"quantity", Rule::key,
       "temperature; accuracy; confidence: mean probability of the predicted class; "
       "overconfidence: confidence minus accuracy; ece: expected calibration error; nll: mean "
       "negative log-likelihood; brier: Brier score, from 0 to 2; class_gap: the largest "
       "|confidence - accuracy| over the predicted classes with at least 2% of the predictions; "
       "bin_1, bin_2, ...: a bin of the reliability diagram",
       &Point::quantity},
      quantile("q1", "first quartile: a quarter of the seeds is below", &Found::q1),
      quantile("median", "median over the seeds", &Found::median),
      quantile("q3", "third quartile: a quarter of the seeds is above", &Found::q3),
      {"share", of_a_bin, "share of the predictions of all seeds that are in the bin",
       digits(&Found::share)},
      {"claimed", of_a_bin, "sum of their confidences, as a share of all predictions",
       digits(&Found::claimed)},
      {"right", of_a_bin, "those of them that are right, as a share of all predictions",
       digits(&Found::right)},
      {"confidence", Rule::info, "claimed / share: mean confidence of the bin",
       [](const Found& found) { return table::short_number(found.of_share(found.claimed)); }},
      {"accuracy", Rule::info,
       "right / share: accuracy of the bin. The check compares the shares, because a bin with few "
       "predictions has an accuracy that a single one changes",
       [](const Found& found) { return table::short_number(found.of_share(found.right)); }},
  };
}

// The cases.

template <class Function>
Found spread(const Runs& runs, Function f) {
  std::vector<double> values;
  for (const Run& run : runs.all()) values.push_back(f(run));
  return {.q1 = table::quantile(values, 0.25),
          .median = table::quantile(values, 0.5),
          .q3 = table::quantile(values, 0.75)};
}

using Side = std::function<const Measured&(const Run&)>;

Found bin_of_all(const Runs& runs, const Side& side, std::size_t bin) {
  double count = 0, claimed = 0, right = 0, predictions = 0;
  for (const Run& run : runs.all()) {
    const learn::Reliability& diagram = side(run).diagram;
    for (const learn::Bin& one : diagram.bins) predictions += static_cast<double>(one.count);
    predictions += static_cast<double>(diagram.undefined);
    const learn::Bin& own = diagram.bins[bin];
    count += static_cast<double>(own.count);
    claimed += static_cast<double>(own.count) * own.confidence;
    right += static_cast<double>(own.count) * own.accuracy;
  }
  return {
      .share = count / predictions, .claimed = claimed / predictions, .right = right / predictions};
}

const std::vector<std::pair<std::string, std::function<double(const Measured&)>>>& quantities() {
  static const std::vector<std::pair<std::string, std::function<double(const Measured&)>>> all{
      {"accuracy", &Measured::accuracy},
      {"confidence", &Measured::confidence},
      {"overconfidence", &Measured::overconfidence},
      {"ece", &Measured::ece},
      {"nll", &Measured::nll},
      {"brier", &Measured::brier},
      {"class_gap", &Measured::class_gap}};
  return all;
}

// Adds the cases of one arm, which all belong to one batch.
class Cases {
 public:
  Cases(run::Plan& plan, const Columns& columns, std::shared_ptr<Runs> runs, bool foreign)
      : plan_(plan),
        columns_(columns),
        runs_(std::move(runs)),
        parts_(runs_->parts()),
        batch_(plan.cases.size() + 1),
        foreign_(foreign) {}

  void add_side(Point point, const Side& side, std::size_t bins) {
    for (const auto& [name, of] : quantities()) {
      point.quantity = name;
      add(point, [side, of = of](const Runs& runs) {
        return spread(runs, [&](const Run& run) { return of(side(run)); });
      });
    }
    for (std::size_t bin = 0; bin < bins; ++bin) {
      point.quantity = fmt::format("bin_{}", bin + 1);
      add(point, [side, bin](const Runs& runs) { return bin_of_all(runs, side, bin); });
    }
  }

  void add_epoch(Point point, std::size_t at, std::size_t bins) {
    point.examples = "held_out";
    point.temperature = "fitted";
    point.quantity = "temperature";
    add(point, [at](const Runs& runs) {
      return spread(runs, [at](const Run& run) { return run[at].temperature.value; });
    });
    point.examples = "test";
    point.temperature = "1";
    add_side(
        point, [at](const Run& run) -> auto& { return run[at].test.before; }, bins);
    point.temperature = "fitted";
    add_side(
        point, [at](const Run& run) -> auto& { return run[at].test.after; }, bins);
  }

  void add_elsewhere(Point point, std::size_t bins) {
    point.examples = "elsewhere";
    point.temperature = "1";
    add_side(
        point, [](const Run& run) -> auto& { return run.back().elsewhere->before; }, bins);
    point.temperature = "fitted";
    add_side(
        point, [](const Run& run) -> auto& { return run.back().elsewhere->after; }, bins);
  }

 private:
  void add(const Point& point, std::function<Found(const Runs&)> compute) {
    const auto run = [runs = runs_, compute = std::move(compute)](const Point&) {
      return compute(*runs);
    };
    run::Case one = run::case_of(columns_, point, run, batch_);
    if (const std::string reason = runs_->unavailable(); !reason.empty())
      one.run = [reason] { return run::Skip{reason}; };
    one.parts = parts_;
    one.foreign = foreign_;
    plan_.cases.push_back(std::move(one));
  }

  run::Plan& plan_;
  const Columns& columns_;
  std::shared_ptr<Runs> runs_;
  run::Parts parts_;
  std::size_t batch_;
  bool foreign_;
};

// The reliability diagram has bins after the last of the shown epochs only.
void add_arm(run::Plan& plan, const Columns& columns, const std::shared_ptr<const Asked>& asked,
             const Arm& arm, std::size_t seeds) {
  Cases cases(plan, columns,
              std::make_shared<Runs>(unavailable(*asked, &arm), seeds,
                                     [asked, arm](std::uint64_t seed) {
                                       return calibration::train(*asked, arm, seed);
                                     }),
              arm.foreign());
  Point point{asked->task.name, arm.name, 0, {}, {}, {}};
  for (std::size_t at = 0; at < asked->shown.size(); ++at) {
    point.epoch = asked->shown[at];
    cases.add_epoch(point, at, at + 1 == asked->shown.size() ? asked->bins : 0);
  }
  if (asked->elsewhere) cases.add_elsewhere(point, asked->bins);
}

void add_bayes(run::Plan& plan, const Columns& columns, const std::shared_ptr<const Asked>& asked,
               std::size_t seeds) {
  if (!asked->task.data.bayes) return;
  Cases cases(plan, columns,
              std::make_shared<Runs>(
                  unavailable(*asked, nullptr), seeds,
                  [asked](std::uint64_t seed) { return calibration::bayes(*asked, seed); }),
              false);
  cases.add_epoch({asked->task.name, of_bayes, 0, {}, {}, {}}, 0, asked->bins);
}

void add_views(table::ResultTable& table, const Asked& asked) {
  const std::string& task = asked.task.name;
  const auto last = static_cast<std::int64_t>(asked.shown.back());
  for (const std::string quantity : {"overconfidence", "ece", "temperature"})
    table.pivots.push_back(
        {.title =
             fmt::format("{}: {} by epoch, quartiles and median over the seeds", task, quantity),
         .row = "epoch",
         .column = "arm",
         .cells = {"q1", "median", "q3"},
         .only = {{"task", task},
                  {"quantity", quantity},
                  {"examples", quantity == "temperature" ? "held_out" : "test"},
                  {"temperature", quantity == "temperature" ? "fitted" : "1"}}});
  for (const Arm& arm : asked.arms) {
    for (const std::string examples : {"test", "elsewhere"})
      if (examples == "test" || asked.elsewhere)
        table.pivots.push_back(
            {.title =
                 fmt::format("{}, {}, {}: medians after the last epoch", task, arm.name, examples),
             .row = "quantity",
             .column = "temperature",
             .cells = {"median"},
             .only = {{"task", task}, {"arm", arm.name}, {"examples", examples}, {"epoch", last}},
             .leaves_out_empty = true});
  }
}

run::Plan plan(config::Section& config) {
  constexpr std::int64_t most_bins = 1000;
  const auto data = inputs::read_data_sets(config);
  const auto arms = inputs::read_arms(config);
  const Columns columns = calibration::columns();
  run::Plan plan = inputs::begin_plan(columns.schema(), data, arms);
  const std::size_t seeds = inputs::read_seeds(config);
  const std::size_t bins = config.count("bins", 1, most_bins);
  for (const Asked& one : read_tasks(config, data, arms, bins)) {
    const auto asked = std::make_shared<const Asked>(one);
    for (const Arm& arm : asked->arms)
      if (arm.formulation != nullptr) add_arm(plan, columns, asked, arm, seeds);
    add_bayes(plan, columns, asked, seeds);
    add_views(plan.table, *asked);
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"calibration", "whether trained networks are right as often as they claim", plan}};

}  // namespace
}  // namespace maxtrick::calibration
