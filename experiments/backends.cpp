// Experiment `backends`: trains one network with each softmax as its backend, from the same seeds,
// and reports how far the runs diverge and how fast they are. The table has one row for each
// backend.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>

#include "inputs/lazy.hpp"
#include "inputs/selection.hpp"
#include "inputs/task.hpp"
#include "inputs/trained.hpp"
#include "inputs/variant_plan.hpp"
#include "learn/blas.hpp"
#include "ops/softmax.hpp"

namespace maxtrick::backends {
namespace {

using inputs::Runs;
using inputs::Trained;
using ops::Variant;
using table::Rule;

// Returns the training times in seconds as [setup][repeat]. The setups take turns, so that a
// temporary slowdown of the machine affects all of them, and each repeat starts with a different
// setup. One additional repeat runs first as a warm-up and is not recorded.
std::vector<std::vector<double>> interleaved_seconds(const std::vector<inputs::Setup>& setups,
                                                     std::size_t repeats) {
  using Clock = std::chrono::steady_clock;
  std::vector<std::vector<double>> seconds(setups.size());
  for (std::size_t repeat = 0; repeat <= repeats; ++repeat)
    for (std::size_t turn = 0; turn < setups.size(); ++turn) {
      const std::size_t i = (turn + repeat) % setups.size();
      inputs::Prepared run = prepare(setups[i], repeat);
      const auto start = Clock::now();
      (void)train(run, setups[i]);
      const std::chrono::duration<double> spent = Clock::now() - start;
      if (repeat > 0) seconds[i].push_back(spent.count());
    }
  return seconds;
}

struct Found {
  std::size_t seeds = 0;
  // Empty where the backend to compare with cannot run here.
  std::optional<double> loss_difference = {}, weight_difference = {};
  double accuracy = 0;
  std::optional<table::Interval> speed = {};
};

using Columns = table::Columns<const Variant*, Found>;

Columns columns(const Variant* origin, const Variant* reference) {
  const table::Tolerance chaos{
      table::Measure::absolute, 1e-3,
      "which last bits differ depends on OpenBLAS's core and on libm, and training amplifies them",
      table::not_negative};
  const table::Tolerance two{table::Measure::absolute, 1e-3,
                             "two examples of 2000, for the same reason", table::of_a_share};
  const std::string from = origin ? origin->name() : "", by = reference ? reference->name() : "";
  return {
      {"variant", Rule::key,
       "the softmax of whose probabilities p loss, -log p_t, and gradient, p - t, are made",
       [](const Variant* variant) { return variant->name(); }},
      {"seeds", Rule::exact, "how many runs", &Found::seeds},
      {"loss_difference", chaos,
       "largest relative difference of an epoch's loss from the run of " + from,
       [](const Found& found) { return table::short_number(found.loss_difference); }},
      {"weight_difference", chaos,
       "largest difference of a weight from that run, by its largest weight",
       [](const Found& found) { return table::short_number(found.weight_difference); }},
      {"accuracy_median", two, "after the last epoch, over the seeds", &Found::accuracy},
      {"speed", Rule::timed,
       "time of training with " + by +
           " by the time with this one, both in turns in one run: median "
           "and 95 % confidence interval",
       &Found::speed},
  };
}

struct Comparison;
std::vector<std::vector<double>> measure_times(const Comparison& all);

// The data that all rows share: the runs of each backend, and their times.
struct Comparison {
  std::vector<std::shared_ptr<Runs>> backends;
  std::size_t origin = 0, reference = 0;
  std::size_t repeats = 0;
  double widest_interval = table::usual_widest;
  // The times of the backends that can run here and in this process. A plug-in that runs in another
  // process is left out, because its time there would include the communication. The times are
  // measured after all backends have been trained, so that nothing else runs at the same time.
  inputs::Lazy<std::vector<std::vector<double>>> seconds{[this] { return measure_times(*this); }};
};

double loss_difference(const Trained& run, const Trained& origin) {
  double largest = 0;
  for (std::size_t i = 0; i < run.history.losses.size(); ++i)
    largest = std::max(largest, std::abs(run.history.losses[i] / origin.history.losses[i] - 1));
  return largest;
}

double weight_difference(const Trained& run, const Trained& origin) {
  float largest = 0, weight = 0;
  for (std::size_t i = 0; i < run.parameters.size(); ++i) {
    largest = std::max(largest, std::abs(run.parameters[i] - origin.parameters[i]));
    weight = std::max(weight, std::abs(origin.parameters[i]));
  }
  return double{largest} / double{weight};
}

std::vector<std::vector<double>> measure_times(const Comparison& all) {
  std::vector<inputs::Setup> setups;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < all.backends.size(); ++i) {
    if (!all.backends[i]->made() || !all.backends[i]->setup().arm.softmax->plugin.empty()) continue;
    setups.push_back(all.backends[i]->setup());
    places.push_back(i);
  }
  auto seconds = backends::interleaved_seconds(setups, all.repeats);
  std::vector<std::vector<double>> of_all(all.backends.size());
  for (std::size_t i = 0; i < places.size(); ++i) of_all[places[i]] = std::move(seconds[i]);
  return of_all;
}

Found compare(Comparison& all, std::size_t index) {
  const auto& seconds = all.seconds.get();
  const Runs &runs = *all.backends[index], &origin = *all.backends[all.origin];
  Found found{.seeds = runs.all().size(), .accuracy = runs.quantile(0.5, [](const Trained& run) {
                return run.after.accuracy;
              })};
  if (origin.made()) {
    double loss = 0, weight = 0;
    for (std::size_t i = 0; i < runs.all().size(); ++i) {
      loss = std::max(loss, loss_difference(runs.all()[i], origin.all()[i]));
      weight = std::max(weight, weight_difference(runs.all()[i], origin.all()[i]));
    }
    found.loss_difference = loss;
    found.weight_difference = weight;
  }
  if (!seconds[all.reference].empty() && !seconds[index].empty())
    found.speed = table::marked(table::median_ratio(seconds[all.reference], seconds[index]),
                                all.widest_interval);
  return found;
}

// Returns the index, among the variants that are compared, of the variant that `key` names.
std::size_t read_place(config::Section& section, std::string_view key,
                       const std::vector<const Variant*>& variants) {
  const auto names = inputs::names_of(variants, &Variant::name);
  const std::string name = section.choice(key, names);
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? 0 : static_cast<std::size_t>(found - names.begin());
}

run::Plan plan(config::Section& config) {
  const auto variants = inputs::read_variants(config);
  inputs::require_op(config, variants, ops::softmax);
  inputs::require_dtypes(config, {ops::DType::float32}, variants);
  const auto data = inputs::read_data_sets(config);
  config::Section section = config.table("task");
  const inputs::Task task = inputs::read_task(section, data);
  const std::size_t seeds = inputs::read_seeds(config);

  auto all = std::make_shared<Comparison>();
  all->repeats = config.count("repeats", table::fewest_pairs, table::most_pairs);
  if (config.has("widest_interval"))
    all->widest_interval = config.number("widest_interval", {0, 1e9});
  all->origin = read_place(config, "difference_from", variants);
  all->reference = read_place(config, "speed_by", variants);
  const auto name_at = [&](std::size_t i) { return variants.empty() ? nullptr : variants[i]; };
  const Columns columns = backends::columns(name_at(all->origin), name_at(all->reference));
  run::Plan plan = inputs::begin_plan(columns.schema(), variants);
  plan.part = "runs";
  plan.libraries.insert(learn::blas_library());
  for (const auto& one : data) plan.data.push_back(inputs::exported(one));

  std::vector<run::Parts> of_backends;
  for (const Variant* variant : variants) {
    // Both the loss and the gradient are computed from the backend's probabilities alone.
    const inputs::Arm arm{.name = variant->name(),
                          .formulation = ops::find_formulation("log_of_softmax"),
                          .softmax = variant,
                          .gradient = ops::GradientForm::difference};
    all->backends.push_back(std::make_shared<Runs>(inputs::Setup{task, arm}, seeds));
    if (!variant->unavailable.empty()) continue;
    of_backends.push_back(all->backends.back()->parts());
  }
  const run::Parts parts = run::joined(of_backends);
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const auto run = [all, i](const Variant*) { return compare(*all, i); };
    plan.cases.push_back(
        inputs::of_runs(run::case_of(columns, variants[i], run, 1), *all->backends[i], parts));
  }
  return plan;
}

const run::RegisterExperiment registered{
    {"backends", "one network trained with each softmax: differences and speed", plan}};

}  // namespace
}  // namespace maxtrick::backends
