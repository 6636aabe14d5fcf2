// A loss run on a batch of examples.
#pragma once

#include <span>
#include <vector>

#include "inputs/labelled_logits.hpp"
#include "inputs/logits.hpp"
#include "learn/loss.hpp"

namespace maxtrick::inputs {

template <class T>
struct LossBatch {
  std::vector<T> logits, losses, gradient, weights;
  std::span<const std::int32_t> labels;  // the examples' own
  std::size_t columns;
  T mean = 0;  // added in order, in T

  LossBatch(const inputs::LabelledLogits& examples, bool one_hot)
      : logits(inputs::rounded<T>(examples.logits)),
        losses(examples.rows()),
        gradient(logits.size()),
        labels(examples.labels),
        columns(examples.classes) {
    if (!one_hot) return;
    weights.resize(logits.size());
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (columns == 1)
        weights[i] = static_cast<T>(labels[i]);
      else
        weights[i * columns + static_cast<std::size_t>(labels[i])] = static_cast<T>(1.0);
  }

  void run(learn::CrossEntropy<T> loss) {
    learn::Targets<T> targets;
    if (weights.empty())
      targets.index = labels;
    else
      targets.weights = {weights.data(), labels.size(), columns};
    loss({logits.data(), labels.size(), columns}, targets, learn::Reduction::none, losses,
         {gradient.data(), labels.size(), columns});
    T sum = 0;
    for (const T x : losses) sum += x;
    mean = sum / static_cast<T>(static_cast<double>(losses.size()));
  }
};

}  // namespace maxtrick::inputs
