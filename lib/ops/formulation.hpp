// Formulations of cross-entropy as they are found in programs: a formula of probabilities, which is
// combined with any softmax, or a formula of logits. Each combination is a variant of cross_entropy
// that also computes the gradient.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ops/variant.hpp"

namespace maxtrick::ops {

// The input of a formula: probabilities or logits with one column for each class, or one column for
// two classes: the probability of class 1 by the logistic function (`sigmoid`), or the logit of
// class 1 (`logit`).
enum class LossInput { probabilities, logits, sigmoid, logit };

// Computes for each row of `v`, the formula's input, the loss and its derivative with respect to
// the entries of the row. `guard` is the formula's epsilon. `derivative` has the shape of `v`.
template <class T>
using RowLosses = std::function<void(numerics::Rows<const T> v, const Targets<T>& targets, T guard,
                                     std::span<T> losses, numerics::Rows<T> derivative)>;

struct Formulation {
  std::string name;
  std::string summary;  // one line: the formula
  std::string source;   // document, framework or issue
  int place = 0;        // lists show formulations in the order of their places
  LossInput input = LossInput::probabilities;
  double guard = 0;  // epsilon; 0 if the formula has none
  RowLosses<float> float32 = {};
  RowLosses<double> float64 = {};
  RowLosses<numerics::Float16> float16 = {};
  RowLosses<numerics::BFloat16> bfloat16 = {};

  template <class T>
  [[nodiscard]] const RowLosses<T>& losses() const {
    return of_type<T>(*this);
  }
  // Whether the input has two classes in one column.
  [[nodiscard]] bool binary() const {
    return input == LossInput::sigmoid || input == LossInput::logit;
  }
  [[nodiscard]] bool takes_probabilities() const {
    return input == LossInput::probabilities || input == LossInput::sigmoid;
  }
};

// Registers a formulation, as ops::Register registers a variant.
struct RegisterFormulation {
  explicit RegisterFormulation(Formulation formulation);
};

// All formulations, ordered by place.
[[nodiscard]] const std::vector<Formulation>& formulations();
// The formulation of that name, or null.
[[nodiscard]] const Formulation* find_formulation(std::string_view name);

// How the gradient with respect to the logits is computed from the probabilities p: `chain`
// multiplies the derivative with respect to p by the Jacobian of softmax, as automatic
// differentiation does; `difference` is p - t. Without the guard, both are equal in exact
// arithmetic. A formulation of logits has only `difference`.
enum class GradientForm { chain, difference };

// The formulation, combined with the softmax `before`, as a variant of cross_entropy.
//   before  computes the probabilities. If it is null, a formulation of logits computes its own for
//           the gradient. A binary formulation never needs one.
//   guard   the epsilon; if it is below 0, that of the formulation.
// Throws std::invalid_argument if the formulation needs a softmax and `before` is null.
[[nodiscard]] Variant with_softmax(const Formulation& formulation, const Variant* before,
                                   GradientForm form = GradientForm::chain, double guard = -1);

// All combinations of a formulation with a softmax of `variants`. A formulation of logits and a
// binary one are there once, without a softmax.
[[nodiscard]] std::vector<Variant> losses_of_all_formulations(const std::vector<Variant>& variants);

}  // namespace maxtrick::ops
