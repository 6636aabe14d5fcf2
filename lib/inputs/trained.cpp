#include "inputs/trained.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "learn/calibration.hpp"
#include "ops/registry.hpp"

namespace maxtrick::inputs {
namespace {

using learn::Examples;
using learn::Network;
using numerics::Random;
using numerics::Rows;

learn::MeanLoss loss_of(const Setup& setup) {
  const Arm& arm = setup.arm;
  return learn::mean_loss(arm.training_loss(), setup.dtype,
                          arm.rebalancing.arguments(class_counts(setup.task.data.data())));
}

learn::DataSet data_of(const Setup& setup, std::uint64_t seed) {
  return setup.redraws ? setup.task.data.redrawn(static_cast<std::uint32_t>(seed))
                       : setup.task.data.data();
}

std::vector<std::int32_t> noisy(std::vector<std::int32_t> labels, double share, std::size_t classes,
                                Random& random) {
  for (std::int32_t& label : labels) {
    if (!(random.uniform() < share) || classes < 2) continue;
    // Draws one of the other classes.
    const auto other = static_cast<std::int32_t>(random.below(classes - 1));
    label = other < label ? other : other + 1;
  }
  return labels;
}

void mislead(Network<float>& network, const Setup& setup, Examples examples, Random& random) {
  const auto classes = static_cast<std::int32_t>(setup.task.data.classes);
  for (std::int32_t& label : examples.labels) label = (label + 1) % classes;
  learn::TrainingOptions options = setup.task.options;
  options.epochs = setup.start.misled_epochs;
  options.optimiser = {};  // the default, whichever optimiser the task uses later
  (void)learn::train(
      network, examples,
      learn::mean_loss(
          ops::with_softmax(
              *ops::find_formulation(setup.arm.formulation->binary() ? "bce_fused" : "fused"),
              nullptr),
          ops::DType::float32),
      options, random);
}

void disturb(Network<float>& network, const Start& start) {
  const learn::Layer& last = network.layers().back();
  const auto parameters = network.parameters().subspan(last.start);
  for (float& w : parameters) w *= static_cast<float>(start.last_layer_scale);
  parameters[last.inputs + start.biased * last.rows()] += static_cast<float>(start.bias);
}

Extent extent(std::span<const double> values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  // If there is a NaN, there is no smallest and no largest number.
  const bool number =
      std::none_of(values.begin(), values.end(), [](double x) { return std::isnan(x); });
  return number ? Extent{*low, *high} : Extent{NAN, NAN};
}

}  // namespace

std::vector<double> probabilities(Rows<const double> logits) {
  std::vector<double> all;
  for (std::size_t i = 0; i < logits.rows; ++i) {
    const auto z = logits.row(i);
    if (z.size() == 1) {
      all.push_back(1 / (1 + std::exp(-z[0])));
      continue;
    }
    const double m = *std::max_element(z.begin(), z.end());
    double sum = 0;
    for (const double x : z) sum += std::exp(x - m);
    for (const double x : z) all.push_back(std::exp(x - m) / sum);
  }
  return all;
}

Evaluation evaluate(Rows<const double> logits, std::span<const std::int32_t> labels) {
  Evaluation result{};
  result.exact_loss = learn::exact_loss(logits, labels);
  result.predictions = learn::predictions(logits);
  std::size_t right = 0;
  std::vector<double> of_class(std::max<std::size_t>(logits.columns, 2)), found(of_class.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool is_right = result.predictions[i] == labels[i];
    const auto label = static_cast<std::size_t>(labels[i]);
    right += is_right;
    ++of_class[label];
    found[label] += is_right;
  }
  result.accuracy = static_cast<double>(right) / static_cast<double>(labels.size());
  result.smallest_recall = 1;
  for (std::size_t k = 0; k < of_class.size(); ++k)
    if (of_class[k] > 0)
      result.smallest_recall = std::min(result.smallest_recall, found[k] / of_class[k]);
  result.logits = extent({logits.data, logits.rows * logits.columns});
  const std::vector<double> p = probabilities(logits);
  result.probabilities = extent(p);
  const auto predictions = learn::predict({p.data(), logits.rows, logits.columns}, labels);
  const learn::Reliability together = learn::reliability(predictions, 1);
  result.confidence = together.undefined > 0 ? NAN : together.bins[0].confidence;
  const std::size_t shown = std::min(shown_examples, logits.rows) * logits.columns;
  result.first_logits.assign(logits.data, logits.data + shown);
  result.first_probabilities.assign(p.data(), p.data() + shown);
  return result;
}

Prepared prepare(const Setup& setup, std::uint64_t seed) {
  const inputs::Task& task = setup.task;
  const Start& start = setup.start;
  learn::DataSet data = data_of(setup, seed);
  for (double& x : data.X) x *= start.feature_scale;
  Prepared run{Examples(data),
               Network<float>(task.widths(setup.arm.formulation->binary()), task.options.batch),
               Random(seed)};
  run.network.initialise(run.random);
  if (start.label_noise > 0)
    run.examples.labels = noisy(data.y, start.label_noise, data.classes, run.random);
  if (start.misled_epochs > 0) mislead(run.network, setup, run.examples, run.random);
  disturb(run.network, start);
  return run;
}

learn::History train(Prepared& run, const Setup& setup) {
  return learn::train(run.network, run.examples, loss_of(setup), setup.task.options, run.random);
}

Trained train_once(const Setup& setup, std::uint64_t seed) {
  Prepared run = prepare(setup, seed);
  const std::vector<std::int32_t> labels = data_of(setup, seed).y;
  // The logits of all examples in float64. A batch of this size fits into the cache.
  constexpr std::size_t at_a_time = 256;
  const auto logits = [&](const Examples& examples) {
    auto wide = learn::widened(run.network, std::min(examples.rows, at_a_time));
    return learn::logits(wide, examples);
  };
  const auto rows = [](const std::vector<double>& z, std::size_t count) {
    return Rows<const double>{z.data(), count, z.size() / count};
  };
  Trained result{};
  result.start_loss = learn::exact_loss(rows(logits(run.examples), labels.size()), labels);
  result.history = train(run, setup);
  result.parameters.assign(run.network.parameters().begin(), run.network.parameters().end());
  result.after = evaluate(rows(logits(run.examples), labels.size()), labels);
  if (!setup.test) return result;
  const Examples test(setup.test->data());
  result.tested = evaluate(rows(logits(test), test.rows), test.labels);
  return result;
}

std::string Runs::unavailable() const {
  if (!setup_.task.data.missing.empty()) return setup_.task.data.missing;
  if (setup_.test && !setup_.test->missing.empty()) return setup_.test->missing;
  const ops::Variant* softmax = setup_.arm.softmax;
  if (softmax == nullptr || softmax->unavailable.empty()) return "";
  return softmax->name() + ": " + softmax->unavailable;
}

run::Parts Runs::parts() {
  const std::size_t size = unavailable().empty() ? seeds_ : 0;
  return std::make_shared<const run::PartList>(
      run::PartList{size, [self = shared_from_this()](std::size_t seed) { self->make(seed); }});
}

// A failure affects only the cases of these runs. The parts of other runs may be among those of the
// same cases.
void Runs::make(std::size_t seed) {
  std::call_once(sized_, [this] { all_.resize(seeds_); });
  try {
    all_[seed] = train_once(setup_, seed);
  } catch (const run::CaseFailed& failed) {
    const std::lock_guard lock(failing_);
    if (failure_.empty()) failure_ = failed.what();
  }
}

const std::vector<Trained>& Runs::all() const {
  if (!failure_.empty()) throw run::CaseFailed(failure_);
  return all_;
}

run::Case of_runs(run::Case one, const Runs& runs, run::Parts parts) {
  if (const std::string reason = runs.unavailable(); !reason.empty())
    one.run = [reason] { return run::Skip{reason}; };
  one.parts = std::move(parts);
  one.foreign = runs.setup().arm.foreign();
  return one;
}

std::vector<Quantity> outputs_of_example(const std::string& base, std::size_t example,
                                         std::size_t classes) {
  std::vector<Quantity> all;
  for (std::size_t c = 0; c < classes; ++c) {
    const std::size_t at = example * classes + c;
    Quantity one{fmt::format("{}_{}_{}", base, example, c), {}};
    if (base == "logit")
      one.of = [at](const Trained& run) { return run.after.first_logits[at]; };
    else
      one.of = [at](const Trained& run) { return run.after.first_probabilities[at]; };
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<Quantity> probability_extremes() {
  return {{"largest_probability", [](const Trained& run) { return run.after.probabilities.high; }},
          {"smallest_probability", [](const Trained& run) { return run.after.probabilities.low; }}};
}

Quantity overconfidence() {
  return {"overconfidence",
          [](const Trained& run) { return run.tested->confidence - run.tested->accuracy; }};
}

std::vector<Quantity> recalls() {
  return {{"smallest_recall", [](const Trained& run) { return run.after.smallest_recall; }}};
}

std::vector<Quantity> quantities(std::size_t epochs, const std::vector<std::int32_t>& first) {
  std::vector<Quantity> all;
  for (std::size_t epoch = 0; epoch < epochs; ++epoch)
    all.push_back({fmt::format("loss_{}", epoch + 1),
                   [epoch](const Trained& run) { return run.history.losses[epoch]; }});
  all.push_back({"exact_loss", [](const Trained& run) { return run.after.exact_loss; }});
  all.push_back({"accuracy", [](const Trained& run) { return run.after.accuracy; }});
  all.push_back({"largest_logit", [](const Trained& run) { return run.after.logits.high; }});
  all.push_back({"smallest_logit", [](const Trained& run) { return run.after.logits.low; }});
  if (!first.empty())
    all.push_back({"first_categories", [first](const Trained& run) {
                     double right = 0;
                     for (std::size_t i = 0; i < first.size(); ++i)
                       right += run.after.predictions[i] == first[i] ? 1 : 0;
                     return right;
                   }});
  return all;
}

}  // namespace maxtrick::inputs
