// Arms: losses as a config describes them, with a formulation, its softmax and its epsilon.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "ops/formulation.hpp"
#include "ops/registry.hpp"

namespace maxtrick::inputs {

// A loss of a config: what one table [[arm]] describes.
struct Arm {
  std::string name;
  const ops::Formulation* formulation = nullptr;
  // Null: a formulation of logits then makes its own for the gradient.
  const ops::Variant* softmax = nullptr;
  double guard = 0;  // the epsilon; 0 if the formulation has none
  ops::GradientForm gradient = ops::GradientForm::chain;
  // The loss of a plug-in, of which `formulation` is a view; null for every other arm.
  const ops::Variant* kernel = nullptr;

  // The variant that may be missing or foreign: that of the plug-in, or the softmax; else null.
  [[nodiscard]] const ops::Variant* variant() const { return kernel ? kernel : softmax; }
  // Whether its softmax or its loss comes from a plug-in of the user.
  [[nodiscard]] bool foreign() const { return variant() != nullptr && !variant()->plugin.empty(); }
  // Whether it computes losses of that type with such targets, and whether it has a gradient.
  [[nodiscard]] bool computes(ops::DType dtype, bool coefficients) const {
    return !kernel || (kernel->has(dtype) && (kernel->takes_coefficients || !coefficients));
  }
  [[nodiscard]] bool has_gradient() const {
    return !kernel || kernel->op->output == ops::Output::loss_and_gradient;
  }
  // The variant of cross_entropy for this arm. If the arm has a guard, `other` replaces it.
  [[nodiscard]] ops::Variant loss(ops::GradientForm form, std::optional<double> other = {}) const {
    return ops::with_softmax(*formulation, softmax, form, guard > 0 && other ? *other : guard);
  }
  [[nodiscard]] ops::Variant loss() const { return loss(gradient); }
};

// Reads the tables [[arm]], each with
//   name       unique among the arms
//   loss       a formulation (ops/formulation.hpp)
//   softmax    a variant: required by a formulation of probabilities, an error for one of one logit
//   guard      the epsilon, where the formulation has one; optional
//   gradient   "chain" (the default) or "difference"
// Errors are noted in the config, also where the softmax lacks one of the types. After an error the
// returned arms may have null formulations.
[[nodiscard]] std::vector<Arm> read_arms(config::Section& config,
                                         const std::vector<ops::DType>& dtypes = {});

// An arm for each cross-entropy of the user's plug-ins, with or without a gradient. Its name is that of the kernel.
[[nodiscard]] std::vector<Arm> plugin_arms();

}  // namespace maxtrick::inputs
