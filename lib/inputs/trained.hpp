// Training runs over many seeds, and what each came to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
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

// What is done to a network, or to its data, before the training that is measured.
struct Start {
  double feature_scale = 1;  // every feature is multiplied by it
  double label_noise = 0;    // the share of labels that another class replaces, in training
  double bias = 0;           // added to the bias of the output of class `biased`
  std::size_t biased = 0;
  std::size_t misled_epochs = 0;  // trained for so long on the next class instead of the right one
  double last_layer_scale = 1;    // the last layer is multiplied by it, after that
};

struct Setup {
  inputs::Task task;
  inputs::Arm arm;
  ops::DType dtype = ops::DType::float32;  // of softmax and loss; weights are float32
  Start start = {};
};

struct Extent {
  double low, high;
};

// What logits are worth against the right labels.
struct Evaluation {
  double exact_loss;  // by the exact form in float64
  double accuracy;
  Extent logits, probabilities;  // NaN where there is a NaN
  std::vector<std::int32_t> predictions;
  std::vector<double> first_logits, first_probabilities;  // of the first `shown_examples`
};
inline constexpr std::size_t shown_examples = 5;
[[nodiscard]] Evaluation evaluate(numerics::Rows<const double> logits,
                                  std::span<const std::int32_t> labels);

// In float64, shifted: right to all the digits that are shown. A row of one logit is one
// probability, that of class 1.
[[nodiscard]] std::vector<double> probabilities(numerics::Rows<const double> logits);

struct Trained {
  double start_loss;  // as after.exact_loss, before the first step
  learn::History history;
  std::vector<float> parameters;
  Evaluation after;  // of all examples, by the network computed in float64
};

// A run before its first step.
struct Prepared {
  learn::Examples examples;
  learn::Network<float> network;
  numerics::Random random;
};
[[nodiscard]] Prepared prepare(const Setup& setup, std::uint64_t seed);

// Trains it: what is timed where training is.
[[nodiscard]] learn::History train(Prepared& run, const Setup& setup);

// One run. Everything random comes from numerics::Random(seed): the weights, then labels that are
// replaced, then the order of each epoch (of those on misleading labels first). So every arm starts
// with the same weights and sees the same order.
[[nodiscard]] Trained train_once(const Setup& setup, std::uint64_t seed);

// The runs of seeds 0, 1, ..., each a part of a run::Case.
class Runs : public std::enable_shared_from_this<Runs> {
 public:
  Runs(Setup setup, std::size_t seeds) : setup_(std::move(setup)), all_(seeds) {}

  // Why they cannot be made here (data that must be got, a softmax that this CPU lacks); else
  // empty.
  [[nodiscard]] std::string unavailable() const;
  // None where they are unavailable.
  [[nodiscard]] run::Parts parts();
  // Whether there are all of them, after the parts have run.
  [[nodiscard]] bool made() const { return unavailable().empty() && failure_.empty(); }
  // After the parts have run. Throws run::CaseFailed where one could not be made: its softmax
  // failed.
  [[nodiscard]] const std::vector<Trained>& all() const;
  [[nodiscard]] const Setup& setup() const { return setup_; }
  // The q-quantile over the seeds of what `f` makes of a run.
  template <class Function>
  [[nodiscard]] double quantile(double q, Function f) const {
    std::vector<double> values;
    for (const Trained& one : all()) values.push_back(static_cast<double>(f(one)));
    return table::quantile(std::move(values), q);
  }

 private:
  void make(std::size_t seed);

  Setup setup_;
  std::vector<Trained> all_;
  std::mutex failing_;
  std::string failure_;
};

// The case, whose row is read from these runs, once all `parts` have run: skipped where the runs
// cannot be made, for that reason.
[[nodiscard]] run::Case of_runs(run::Case one, const Runs& runs, run::Parts parts);

// What is told of a training run, each a number.

struct Quantity {
  std::string name;
  std::function<double(const Trained&)> of;
};

// Of the logits or the probabilities (base: "logit", "probability") of an example, one for each
// class: logit_0_1 is that of class 1 of example 0. Of the first shown_examples.
[[nodiscard]] std::vector<Quantity> outputs_of_example(const std::string& base, std::size_t example,
                                                       std::size_t classes);

// largest_probability and smallest_probability, of all outputs.
[[nodiscard]] std::vector<Quantity> probability_extremes();

// loss_1, loss_2, ... of the epochs; exact_loss, accuracy, largest_logit, smallest_logit; and,
// where `first` has classes that the first examples should come out as, first_categories: how many
// do.
[[nodiscard]] std::vector<Quantity> quantities(std::size_t epochs,
                                               const std::vector<std::int32_t>& first);

}  // namespace maxtrick::inputs
