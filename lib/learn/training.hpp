// Training a network on a data set, with what went wrong on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "learn/data_set.hpp"
#include "learn/loss.hpp"
#include "learn/network.hpp"
#include "learn/optimiser.hpp"

namespace maxtrick::learn {

// A data set as training reads it: float32, feature by feature.
struct Examples {
  explicit Examples(const DataSet& data);

  std::size_t rows, features;
  std::vector<float> X;  // column-major, rows x (features + 1), the last column 1
  std::vector<std::int32_t> labels;
};

struct TrainingOptions {
  std::size_t epochs = 10;
  std::size_t batch = 32;  // the last of an epoch has what is left
  OptimiserOptions optimiser = {};
};

struct History {
  // Of each epoch: the mean of the examples' losses as they were trained on, each before the step
  // that it took part in (as Keras prints it). Summed in double.
  std::vector<double> losses;
  std::size_t steps = 0;
  std::optional<std::size_t>
      first_bad_step;              // from 1: a loss, or its gradient by a logit, not finite
  std::size_t bad_loss_steps = 0;  // steps with a loss not finite
  // Of the last epoch: examples on the wrong side, though their gradient is exactly 0.
  std::size_t dead = 0;
};

// Trains `network`, made for batches of options.batch. The order of the examples is shuffled anew
// before each epoch: for i from the last down to 1, i is swapped with random.below(i + 1).
// Everything is allocated before the first step.
[[nodiscard]] History train(Network<float>& network, const Examples& examples, const MeanLoss& loss,
                            const TrainingOptions& options, numerics::Random& random);

// The same network in float64: its weights exactly.
[[nodiscard]] Network<double> widened(const Network<float>& network, std::size_t most_rows);

// Logits of all examples, rows x outputs in C order, in T.
template <class T>
[[nodiscard]] std::vector<T> logits(Network<T>& network, const Examples& examples);

// The predicted class of each row: the largest of its logits, or the side of 0 of its only one.
[[nodiscard]] std::vector<std::int32_t> predictions(numerics::Rows<const double> logits);

// The mean cross-entropy of float64 logits, by fused_log1p (bce_fused for one column) in float64.
[[nodiscard]] double exact_loss(numerics::Rows<const double> logits,
                                std::span<const std::int32_t> labels);

}  // namespace maxtrick::learn
