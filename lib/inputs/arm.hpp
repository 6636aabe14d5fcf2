// Arms: losses as a config describes them, with a formulation, its softmax and its epsilon.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "learn/data_set.hpp"
#include "learn/loss.hpp"
#include "ops/formulation.hpp"
#include "ops/registry.hpp"

namespace maxtrick::inputs {

// How an arm treats classes of unequal size. n_k is the number of training examples of class k, n
// that of all, K the number of classes, and pi_k = n_k / n.
struct Rebalancing {
  // The class weights w_k = n n_k^-exponent / sum_j n_j^(1 - exponent), whose mean over the examples
  // is 1. 0: none, 1: n / (K n_k), as scikit-learn's "balanced".
  double exponent = 0;
  std::vector<double> weights = {};  // class weights as they are given; empty: by the exponent
  // The focal loss with this exponent takes the place of cross-entropy.
  std::optional<double> gamma = {};
  // Logit adjustment (A. K. Menon et al., ICLR 2021): the training adds tau log pi_k to logit k, and
  // predictions use the logits without it.
  double tau = 0;

  [[nodiscard]] bool has_weights() const { return exponent != 0 || !weights.empty(); }
  // What the loss is given in training on data with these numbers of examples of the classes. A
  // class without examples has the weight 0 and, with a tau, the bias -inf.
  [[nodiscard]] learn::LossArguments arguments(std::span<const std::size_t> counts) const;
  // The logarithms of the prior for which the logits of such a training are calibrated, plus a
  // constant. Cross-entropy with weights w of softmax(z + tau log pi) is least, in expectation, for
  //   softmax(z + tau log pi)_k ~ w_k pi_k p(x | k), so for z_k = log p(x | k) + log(w_k pi_k^(1 - tau)).
  // So plain loss aims at pi, and both "balanced" weights and tau = 1 at equally likely classes. The
  // focal loss aims at no prior, because the probabilities at its minimum are not those of the
  // classes (N. Charoenphakdee et al., CVPR 2021): with a gamma, do not ask.
  [[nodiscard]] std::vector<double> aimed_log_prior(std::span<const std::size_t> counts) const;
};

// A loss of a config: what one table [[arm]] describes.
struct Arm {
  std::string name;
  const ops::Formulation* formulation = nullptr;
  // Null: a formulation of logits then makes its own for the gradient.
  const ops::Variant* softmax = nullptr;
  double guard = 0;  // the epsilon; 0 if the formulation has none
  ops::GradientForm gradient = ops::GradientForm::chain;
  Rebalancing rebalancing = {};
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
  // The same, or the focal loss if the arm has a gamma.
  [[nodiscard]] ops::Variant training_loss() const;
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

// Reads the same for experiments that train, where an [[arm]] may also have
//   class_weights   "balanced", "square_root" (an exponent of 1/2), or one number for each class
//   gamma           of the focal loss, which extends the formulation fused_log1p alone
//   tau             of the logit adjustment
[[nodiscard]] std::vector<Arm> read_training_arms(config::Section& config);

// The number of examples of each class.
[[nodiscard]] std::vector<std::size_t> class_counts(const learn::DataSet& data);

// An arm for each cross-entropy of the user's plug-ins, with or without a gradient. Its name is that of the kernel.
[[nodiscard]] std::vector<Arm> plugin_arms();

}  // namespace maxtrick::inputs
