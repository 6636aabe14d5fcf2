// The exact cross-entropy of examples and its gradient by the logits, as pairs of doubles: each
// entry is known to about 2^-93 of itself, whatever the working type (its logits are doubles too).
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "inputs/labelled_logits.hpp"
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

// Examples with their exact losses, which several cases share: made when first asked for, and freed
// with the last case that holds them.
class ExactExamples {
 public:
  explicit ExactExamples(std::function<inputs::LabelledLogits()> make) : make_(std::move(make)) {}

  [[nodiscard]] const inputs::LabelledLogits& examples() {
    std::call_once(made_, [this] { examples_ = make_(); });
    return examples_;
  }
  [[nodiscard]] const std::vector<ExactLoss>& exact() {
    std::call_once(solved_, [this] { exact_ = exact_losses(examples()); });
    return exact_;
  }

 private:
  std::function<inputs::LabelledLogits()> make_;
  std::once_flag made_, solved_;
  inputs::LabelledLogits examples_;
  std::vector<ExactLoss> exact_;
};

}  // namespace maxtrick::loss
