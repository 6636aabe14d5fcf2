// Evaluates a loss on one row of logits by the name of its arm.
#pragma once

#include "learn/loss.hpp"
#include "ops/registry.hpp"
#include "test.hpp"

namespace maxtrick::tests {

using learn::Reduction;
using learn::Targets;
using ops::find_formulation;
using ops::Formulation;
using ops::GradientForm;

inline const ops::Variant* softmax(const std::string& algorithm = "max_trick") {
  return ops::find_variant("softmax." + algorithm + ".scalar");
}

// A loss of a batch in T: a formulation together with the softmax that it is applied to.
template <class T>
class CrossEntropy {
 public:
  CrossEntropy(const Formulation& formulation, const ops::Variant* softmax,
               GradientForm form = GradientForm::chain)
      : compute_(ops::with_softmax(formulation, softmax, form).compute<T>()) {}
  T operator()(numerics::Rows<const T> logits, const Targets<T>& targets, Reduction reduction,
               std::span<T> losses, numerics::Rows<T> gradient) const {
    return learn::cross_entropy<T>(compute_, logits, targets, reduction, losses, gradient);
  }

 private:
  ops::Compute<T> compute_;
};

template <class T>
struct Result {
  T loss;
  std::vector<T> gradient;
};

// Returns the loss and the gradient of one row of logits.
template <class T>
Result<T> evaluate(const Formulation& arm, std::vector<T> logits, const Targets<T>& targets,
                   GradientForm form = GradientForm::chain,
                   const std::string& algorithm = "max_trick") {
  const bool needs = arm.input == ops::LossInput::probabilities;
  CrossEntropy<T> loss(arm, needs ? softmax(algorithm) : nullptr, form);
  std::vector<T> losses(1), gradient(logits.size());
  loss({logits.data(), 1, logits.size()}, targets, Reduction::none, losses,
       {gradient.data(), 1, gradient.size()});
  return {losses[0], gradient};
}

// The same by the name of the arm, with a class index as the target.
template <class T>
Result<T> sparse(const std::string& arm, const std::vector<T>& logits, std::int32_t label,
                 GradientForm form = GradientForm::chain,
                 const std::string& algorithm = "max_trick") {
  return evaluate<T>(*find_formulation(arm), logits, {{&label, 1}}, form, algorithm);
}

// The same with a one-hot target.
template <class T>
Result<T> one_hot(const std::string& arm, const std::vector<T>& logits, std::size_t label) {
  std::vector<T> weights(logits.size());
  weights[label] = 1;
  return evaluate<T>(*find_formulation(arm), logits, {{}, {weights.data(), 1, weights.size()}});
}

template <class T>
bool all_zero(const std::vector<T>& g) {
  return std::all_of(g.begin(), g.end(), [](T x) { return x == 0; });
}

}  // namespace maxtrick::tests
