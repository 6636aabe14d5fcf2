// Losses as a config describes them: a formula, the softmax before it, its epsilon.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "learn/loss.hpp"
#include "ops/registry.hpp"

namespace maxtrick::inputs {

struct NamedArm {
  std::string name;
  const learn::Arm* arm = nullptr;
  const ops::Variant* softmax = nullptr;  // null where the arm makes its own
  double guard = 0;                       // 0: the arm has none
  learn::Gradient gradient = learn::Gradient::chain;

  [[nodiscard]] bool makes_probabilities() const {
    return arm->input == learn::Input::probabilities || arm->input == learn::Input::sigmoid;
  }
  // Whether a user brought its softmax along.
  [[nodiscard]] bool foreign() const { return softmax != nullptr && !softmax->plugin.empty(); }
  // `other` in place of the guard, where the arm has one.
  template <class T>
  [[nodiscard]] learn::CrossEntropy<T> loss(learn::Gradient form,
                                            std::optional<double> other = {}) const {
    return {*arm, softmax ? softmax->compute<T>() : nullptr, form,
            guard > 0 && other ? *other : guard};
  }
};

// Reads the tables [[arm]], each with
//   name       each once
//   loss       an arm of learn::arms()
//   softmax    a variant: needed by an arm of probabilities, none for one of a sigmoid
//   guard      the epsilon, where the arm has one; optional
//   gradient   "chain", unless "difference" is said
// Errors are noted in the config: also where the softmax lacks one of the types. What is returned
// then may hold null arms.
[[nodiscard]] std::vector<NamedArm> read_arms(config::Section& config,
                                              const std::vector<ops::DType>& dtypes = {});

}  // namespace maxtrick::inputs
