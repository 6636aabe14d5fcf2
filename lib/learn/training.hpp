// Trains a network on a data set, and counts the failures on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "learn/data_set.hpp"
#include "learn/loss.hpp"
#include "learn/network.hpp"
#include "learn/optimiser.hpp"

namespace maxtrick::learn {

// A data set in the layout that training needs: float32, feature by feature.
struct Examples {
  explicit Examples(const DataSet& data);

  std::size_t rows, features;
  std::vector<float> X;  // column-major, rows x (features + 1); the last column is 1
  std::vector<std::int32_t> labels;
};

struct TrainingOptions {
  std::size_t epochs = 10;
  std::size_t batch = 32;  // the last batch of an epoch has the remaining examples
  OptimiserOptions optimiser = {};
};

struct History {
  // For each epoch, the mean loss of the examples. Each loss is taken before the step in which the
  // example takes part, as Keras prints it. Summed in double.
  std::vector<double> losses;
  std::size_t steps = 0;
  std::optional<std::size_t>
      // Counted from 1: the first step with a loss, or a derivative by a logit, that is not finite.
      first_bad_step;
  std::size_t bad_loss_steps = 0;  // steps with a loss that is not finite
  // In the last epoch: misclassified examples whose gradient is exactly 0.
  std::size_t dead = 0;
};

// Trains `network`, which must be able to hold batches of options.batch. Shuffles the order of the
// examples before each epoch: for i from the last down to 1, it swaps i with random.below(i + 1).
// Allocates all memory before the first step. Calls after_epoch(n), if there is such a function,
// after epoch n, counted from 1.
[[nodiscard]] History train(Network<float>& network, const Examples& examples, const MeanLoss& loss,
                            const TrainingOptions& options, numerics::Random& random,
                            const std::function<void(std::size_t epoch)>& after_epoch = {});

// The same network in float64, with exactly the same weights.
[[nodiscard]] Network<double> widened(const Network<float>& network, std::size_t most_rows);

// The logits of all examples, computed in T; rows x outputs in C order.
template <class T>
[[nodiscard]] std::vector<T> logits(Network<T>& network, const Examples& examples);

// The predicted class of each row: the class with the largest logit. If there is one logit, class 1
// if it is positive, else class 0.
[[nodiscard]] std::vector<std::int32_t> predictions(numerics::Rows<const double> logits);

// The mean cross-entropy of float64 logits, computed in float64 by fused_log1p, or by bce_fused for
// one column.
[[nodiscard]] double exact_loss(numerics::Rows<const double> logits,
                                std::span<const std::int32_t> labels);

}  // namespace maxtrick::learn
