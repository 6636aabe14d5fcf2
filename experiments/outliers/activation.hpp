// Activations: functions that make probabilities of logits, with the cross-entropy of each.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "ops/variant.hpp"

namespace maxtrick::outliers {

// softmax  softmax of soft_cap tanh(x / temperature / soft_cap), or of x / temperature without a cap
// sum_v1   w / sum w with w = x + margin: the first sum activation of the slides (S1) if margin is 0
// sum_v2   w / sum w with w = x - min x + margin: the second (S2) if margin is 0
enum class Function { softmax, sum_v1, sum_v2 };

struct Activation {
  std::string name;
  Function function = Function::softmax;
  double temperature = 1, soft_cap = 0;  // as ops::RowTransform
  double margin = 0;

  [[nodiscard]] bool is_sum() const { return function != Function::softmax; }
  // Whether its loss is finite for all finite logits.
  [[nodiscard]] bool is_trainable() const {
    return function == Function::softmax || (function == Function::sum_v2 && margin > 0);
  }
};

// Reads the tables [[activation]], each with
//   name, function = "softmax", "sum_v1" or "sum_v2"
//   soft_cap, temperature    of softmax; optional
//   margin                   of the sums; optional
// Errors are noted in the config.
[[nodiscard]] std::vector<Activation> read_activations(config::Section& config);

// Computes the losses -log p_t and their gradient with respect to the logits x, in T. Softmax is
// the loss `fused` of the catalogue. A sum has the loss log sum w - log w_t. Its derivative is
//   1 / sum w - [k = t] / w_t
// for the class k. The last class with the smallest logit, which sum_v2 subtracts from all, instead
// minus the sum of the others' derivatives. If w_t is not above 0, the loss is infinite or NaN.
template <class T>
[[nodiscard]] ops::Compute<T> loss_of(const Activation& activation);

// The last class with the smallest logit.
template <class T>
[[nodiscard]] std::size_t last_smallest(std::span<const T> x);

}  // namespace maxtrick::outliers
