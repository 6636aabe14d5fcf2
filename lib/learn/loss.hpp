// The loss of a batch, reduced, with its gradient: what training calls.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "learn/target.hpp"
#include "ops/formulation.hpp"

namespace maxtrick::learn {

enum class Reduction { none, sum, mean };

// A variant of cross_entropy that gives the gradient too: losses[i] of row i, not reduced, and in
// `gradient` the derivative by the logits of the reduced loss; that of `none` is that of `sum`.
// Returns the reduced loss, summed in T in order of rows; of `none`, 0. Labels must be classes: see
// class_indices. Nothing overlaps.
template <class T>
T cross_entropy(const ops::Compute<T>& loss, numerics::Rows<const T> logits,
                const Targets<T>& targets, Reduction reduction, std::span<T> losses,
                numerics::Rows<T> gradient);

// The same for the float32 logits of a network, sparse labels, reduced by the mean, and computed in
// a given type. A 16-bit type rounds the logits to it first, and the gradient comes back as it is
// there.
using MeanLoss =
    std::function<void(numerics::Rows<const float> logits, std::span<const std::int32_t> labels,
                       std::span<float> losses, numerics::Rows<float> gradient)>;

// `loss` has the type `dtype`.
[[nodiscard]] MeanLoss mean_loss(const ops::Variant& loss, ops::DType dtype);

}  // namespace maxtrick::learn
