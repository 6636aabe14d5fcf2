// The exact cross-entropy of examples and its gradient with respect to the logits, as pairs of
// doubles. The relative error of each entry is about 2^-93 for every working type, because the
// logits are doubles too.
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
  std::vector<numerics::Pair> gradient;  // one entry for each column
  double largest = 0;                    // the largest entry of the gradient
};

// The gradient's entry for the true class is computed as minus the sum of the other probabilities,
// never as p - 1. With coefficients c_k it is p_k sum_j c_j - c_k. Logits with one column stand for two classes with the logits 0 and the given one;
// the gradient is with respect to the latter.
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
