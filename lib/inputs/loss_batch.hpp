// Computes a loss of a batch of examples.
#pragma once

#include <span>
#include <vector>

#include "inputs/labelled_logits.hpp"
#include "inputs/logits.hpp"
#include "ops/variant.hpp"

namespace maxtrick::inputs {

template <class T>
struct LossBatch {
  std::vector<T> logits, losses, gradient, weights;
  std::span<const std::int32_t> labels;  // those of the examples
  std::size_t columns;
  T divisor;
  T mean = 0;  // summed in order and divided, in T

  LossBatch(const inputs::LabelledLogits& examples, bool one_hot)
      : logits(inputs::rounded<T>(examples.logits)),
        losses(examples.rows()),
        gradient(logits.size()),
        labels(examples.labels),
        columns(examples.classes),
        divisor(static_cast<T>(examples.mean_divisor())) {
    if (!examples.coefficients.empty()) {
      weights = inputs::rounded<T>(examples.coefficients);
      return;
    }
    if (!one_hot) return;
    weights.resize(logits.size());
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (columns == 1)
        weights[i] = static_cast<T>(labels[i]);
      else
        weights[i * columns + static_cast<std::size_t>(labels[i])] = static_cast<T>(1.0);
  }

  // Runs a variant of cross_entropy, which must have the type. A variant that takes no coefficients
  // receives class indices.
  void run(const ops::Variant& loss) {
    ops::Targets<T> targets;
    if (weights.empty() || !loss.takes_coefficients)
      targets.index = labels;
    else
      targets.weights = {weights.data(), labels.size(), columns};
    const ops::Call<T> call{.logits = {logits.data(), labels.size(), columns},
                            .result = {gradient.data(), labels.size(), columns},
                            .targets = targets,
                            .losses = losses};
    loss.compute<T>()(loss.takes_coefficients ? call : ops::only_arguments_of(loss.op, call));
    T sum = 0;
    for (const T x : losses) sum += x;
    mean = sum / divisor;
  }
};

}  // namespace maxtrick::inputs
