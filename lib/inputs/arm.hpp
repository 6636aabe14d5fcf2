// Losses as a config describes them: a formula, the softmax before it, its epsilon.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "ops/formulation.hpp"
#include "ops/registry.hpp"

namespace maxtrick::inputs {

struct Arm {
  std::string name;
  const ops::Formulation* formulation = nullptr;
  const ops::Variant* softmax = nullptr;  // null where the formulation makes its own
  double guard = 0;                       // 0: the formulation has none
  ops::GradientForm gradient = ops::GradientForm::chain;

  // Whether a user brought its softmax along.
  [[nodiscard]] bool foreign() const { return softmax != nullptr && !softmax->plugin.empty(); }
  // The variant of cross_entropy; `other` in place of the guard, where there is one.
  [[nodiscard]] ops::Variant loss(ops::GradientForm form, std::optional<double> other = {}) const {
    return ops::with_softmax(*formulation, softmax, form, guard > 0 && other ? *other : guard);
  }
  [[nodiscard]] ops::Variant loss() const { return loss(gradient); }
};

// Reads the tables [[arm]], each with
//   name       each once
//   loss       a formulation (ops/formulation.hpp)
//   softmax    a variant: needed by a formulation of probabilities, none for one of a sigmoid
//   guard      the epsilon, where the arm has one; optional
//   gradient   "chain", unless "difference" is said
// Errors are noted in the config: also where the softmax lacks one of the types. What is returned
// then may hold null formulations.
[[nodiscard]] std::vector<Arm> read_arms(config::Section& config,
                                         const std::vector<ops::DType>& dtypes = {});

}  // namespace maxtrick::inputs
