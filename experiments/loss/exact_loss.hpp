// The exact cross-entropy of examples and its gradient by the logits, as pairs of doubles: each
// entry is known to about 2^-93 of itself, whatever the working type (its logits are doubles too).
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "inputs/labelled_logits.hpp"
#include "inputs/lazy.hpp"
#include "numerics/compensated_sum.hpp"

namespace maxtrick::loss {

struct ExactLoss {
  numerics::Pair loss;
  std::vector<numerics::Pair> gradient;  // one entry a column
  double largest = 0;                    // of the gradient's entries
};

// The entry of the true class is minus the sum of the others' probabilities, never p - 1. Logits of
// one column are those of two classes, 0 and the logit, and the gradient is by the latter.
[[nodiscard]] std::vector<ExactLoss> exact_losses(const inputs::LabelledLogits& examples);

// Examples with their exact losses, which several cases share.
class ExactExamples {
 public:
  explicit ExactExamples(std::function<inputs::LabelledLogits()> make)
      : examples_(std::move(make)), exact_([this] { return exact_losses(examples()); }) {}

  [[nodiscard]] const inputs::LabelledLogits& examples() { return examples_.get(); }
  [[nodiscard]] const std::vector<ExactLoss>& exact() { return exact_.get(); }

 private:
  inputs::Lazy<inputs::LabelledLogits> examples_;
  inputs::Lazy<std::vector<ExactLoss>> exact_;
};

}  // namespace maxtrick::loss
