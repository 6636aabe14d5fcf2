// The reduced loss of a batch and its gradient, as training calls it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "learn/target.hpp"
#include "ops/formulation.hpp"

namespace maxtrick::learn {

// How the losses of a batch are combined.
enum class Reduction { none, sum, mean };

// Calls `loss`, a variant of cross_entropy that also computes the gradient. Sets losses[i] to the
// loss of row i, not reduced, and `gradient` to the derivative of the reduced loss with respect to
// the logits. For `none` the gradient is that of `sum`. Returns the reduced loss, summed in T in
// the order of the rows; for `none` it returns 0. Labels must be classes, which class_indices()
// checks. The arrays must not overlap.
template <class T>
T cross_entropy(const ops::Compute<T>& loss, numerics::Rows<const T> logits,
                const Targets<T>& targets, Reduction reduction, std::span<T> losses,
                numerics::Rows<T> gradient);

// Cross-entropy of the float32 logits of a network with sparse labels, reduced by the mean, and
// computed in a given type. For a 16-bit type, the logits are rounded to that type first, and the
// losses and the gradient are rounded to it before they are converted to float32.
using MeanLoss =
    std::function<void(numerics::Rows<const float> logits, std::span<const std::int32_t> labels,
                       std::span<float> losses, numerics::Rows<float> gradient)>;

// What a loss is given besides logits and labels. Each is rounded to the type of the loss.
struct LossArguments {
  std::vector<double> class_weights = {};  // w_k of the class of the label; empty: all are 1
  // Added to the logits, as the bias of ops::Transform; empty: nothing is added.
  std::vector<double> bias = {};
  double parameter = 0;  // the parameter of an op that has one, such as gamma
};

// `loss` must have a function for the type `dtype`. The mean divides by the number of rows, whatever
// the class weights are, as Keras does for class_weight; PyTorch divides by the sum of the weights.
[[nodiscard]] MeanLoss mean_loss(const ops::Variant& loss, ops::DType dtype,
                                 const LossArguments& arguments = {});

}  // namespace maxtrick::learn
