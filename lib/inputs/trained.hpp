// Training runs with many seeds, and their results.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "inputs/arm.hpp"
#include "inputs/task.hpp"
#include "learn/training.hpp"
#include "ops/dtype.hpp"
#include "run/experiment.hpp"
#include "table/quantile.hpp"

namespace maxtrick::inputs {

// Changes to a network, or to its data, before the training that is measured.
struct Start {
  double feature_scale = 1;  // factor of every feature
  // The share of labels that are replaced by another class for the training.
  double label_noise = 0;
  double bias = 0;  // added to the bias of the output of class `biased`
  std::size_t biased = 0;
  // Epochs of training with the next class in place of the right one.
  std::size_t misled_epochs = 0;
  double last_layer_scale = 1;  // factor of the last layer, applied after those epochs
};

// All that determines a training run, except for the seed.
struct Setup {
  inputs::Task task;
  inputs::Arm arm;
  ops::DType dtype = ops::DType::float32;  // type of softmax and loss; weights are float32
  Start start = {};
  // Other examples, on which the trained network is evaluated as well.
  std::optional<NamedData> test = {};
  // Each seed has data of its own (NamedData::redrawn, which must exist), so that the results also
  // vary with the examples. Seed 0 has the data of the task.
  bool redraws = false;
};

// The smallest and the largest of some numbers.
struct Extent {
  double low, high;
};

// Quality of logits, compared with the right labels.
struct Evaluation {
  double exact_loss;  // by learn::exact_loss(), in float64
  double accuracy;
  double confidence;             // mean probability of the predicted class; NaN if there is a NaN
  double smallest_recall;        // the smallest share of a class that is predicted as that class
  Extent logits, probabilities;  // NaN if there is a NaN
  std::vector<std::int32_t> predictions;
  std::vector<double> first_logits, first_probabilities;  // of the first shown_examples examples
};
inline constexpr std::size_t shown_examples = 5;
// Evaluates logits, rows x outputs, with one label for each row.
[[nodiscard]] Evaluation evaluate(numerics::Rows<const double> logits,
                                  std::span<const std::int32_t> labels);

// The probabilities, computed in float64 with the maximum subtracted, so that all the digits that
// are shown are right. A row of one logit gives one probability, that of class 1.
[[nodiscard]] std::vector<double> probabilities(numerics::Rows<const double> logits);

// The result of a training run.
struct Trained {
  double start_loss;  // like after.exact_loss, before the first step
  learn::History history;
  std::vector<float> parameters;
  Evaluation after;                       // for all examples, computed by the network in float64
  std::optional<Evaluation> tested = {};  // likewise for those of setup.test
};

// A training run before its first step.
struct Prepared {
  learn::Examples examples;
  learn::Network<float> network;
  numerics::Random random;
};
// Makes the examples, initialises the network and applies `setup.start` to both.
[[nodiscard]] Prepared prepare(const Setup& setup, std::uint64_t seed);

// Trains the network. This is the part that is timed in experiments that time training.
[[nodiscard]] learn::History train(Prepared& run, const Setup& setup);

// One training run. All random numbers come from numerics::Random(seed), in this order: the
// weights, the labels that are replaced, and the order of the examples in each epoch (first for the
// epochs with misleading labels). So every arm starts with the same weights and sees the same
// order.
[[nodiscard]] Trained train_once(const Setup& setup, std::uint64_t seed);

// The training runs of seeds 0, 1, ... Each is a part of a run::Case.
class Runs : public std::enable_shared_from_this<Runs> {
 public:
  // `seeds` is the number of runs.
  Runs(Setup setup, std::size_t seeds) : setup_(std::move(setup)), seeds_(seeds) {}

  // The reason why the runs cannot be made here (missing data, a softmax that this CPU does not
  // support); empty if they can.
  [[nodiscard]] std::string unavailable() const;
  // The parts that make the runs; none if the runs are unavailable.
  [[nodiscard]] run::Parts parts();
  // Whether all runs were made; to be called after the parts have run.
  [[nodiscard]] bool made() const { return unavailable().empty() && failure_.empty(); }
  // All runs; to be called after the parts have run. Throws run::CaseFailed if a run could not be
  // made because its softmax failed.
  [[nodiscard]] const std::vector<Trained>& all() const;
  [[nodiscard]] const Setup& setup() const { return setup_; }
  // The q-quantile over the seeds of f(run).
  template <class Function>
  [[nodiscard]] double quantile(double q, Function f) const {
    std::vector<double> values;
    for (const Trained& one : all()) values.push_back(static_cast<double>(f(one)));
    return table::quantile(std::move(values), q);
  }

 private:
  void make(std::size_t seed);

  Setup setup_;
  std::size_t seeds_;
  std::vector<Trained> all_;  // has its size from the first part on
  std::once_flag sized_;
  std::mutex failing_;
  std::string failure_;
};

// The case with the `parts` that must run before it, whose row is computed from these runs. It is
// skipped if the runs cannot be made, and the reason is that of `runs`.
[[nodiscard]] run::Case of_runs(run::Case one, const Runs& runs, run::Parts parts);

// A number that describes a training run.

struct Quantity {
  std::string name;
  std::function<double(const Trained&)> of;
};

// The logits or the probabilities (`base` is "logit" or "probability") of an example, one quantity
// for each class: logit_0_1 is that of class 1 of example 0. `example` is one of the first
// shown_examples.
[[nodiscard]] std::vector<Quantity> outputs_of_example(const std::string& base, std::size_t example,
                                                       std::size_t classes);

// largest_probability and smallest_probability, over all outputs.
[[nodiscard]] std::vector<Quantity> probability_extremes();

// overconfidence: confidence minus accuracy on the examples of setup.test, which must be there.
[[nodiscard]] Quantity overconfidence();
// smallest_recall, for classes of unequal size.
[[nodiscard]] std::vector<Quantity> recalls();

// loss_1, loss_2, ... of the epochs; exact_loss, accuracy, largest_logit and smallest_logit. If
// `first` holds the classes that are expected for the first examples, also first_categories: the
// number of these that are predicted.
[[nodiscard]] std::vector<Quantity> quantities(std::size_t epochs,
                                               const std::vector<std::int32_t>& first);

}  // namespace maxtrick::inputs
