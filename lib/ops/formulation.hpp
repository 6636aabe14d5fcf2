// Cross-entropy as people write it: a formula of probabilities, combined with any softmax, or of
// logits. Each combination is a variant of cross_entropy that also gives the gradient.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ops/variant.hpp"

namespace maxtrick::ops {

// What a formula starts from, and how many columns it takes: `sigmoid` is a probability made by the
// logistic function, of class 1 of two, in one column; `logit` is the logit of that class.
enum class LossInput { probabilities, logits, sigmoid, logit };

// Of each row of `v`, the formula's input: the loss, and its derivative by the entries of that row.
// `guard` is the formula's epsilon; `derivative` has the shape of `v`.
template <class T>
using RowLosses = std::function<void(numerics::Rows<const T> v, const Targets<T>& targets, T guard,
                                     std::span<T> losses, numerics::Rows<T> derivative)>;

struct Formulation {
  std::string name;
  std::string summary;  // one line: the formula
  std::string source;   // document, framework or issue
  int place = 0;        // in lists
  LossInput input = LossInput::probabilities;
  double guard = 0;  // 0: the formula has none
  RowLosses<float> float32 = {};
  RowLosses<double> float64 = {};
  RowLosses<numerics::Float16> float16 = {};
  RowLosses<numerics::BFloat16> bfloat16 = {};

  template <class T>
  [[nodiscard]] const RowLosses<T>& losses() const {
    return of_type<T>(*this);
  }
  // Two classes in one column.
  [[nodiscard]] bool binary() const {
    return input == LossInput::sigmoid || input == LossInput::logit;
  }
  [[nodiscard]] bool takes_probabilities() const {
    return input == LossInput::probabilities || input == LossInput::sigmoid;
  }
};

// As ops::Register.
struct RegisterFormulation {
  explicit RegisterFormulation(Formulation formulation);
};

// All of them, by place.
[[nodiscard]] const std::vector<Formulation>& formulations();
// The formulation of that name, or null.
[[nodiscard]] const Formulation* find_formulation(std::string_view name);

// How the gradient by the logits is made of that by the probabilities p: through the Jacobian of
// softmax, as automatic differentiation does, or as p - t, which is the same in exact arithmetic
// but for the guard. A formulation of logits has the second only.
enum class GradientForm { chain, difference };

// The formulation with the softmax before it, as a variant of cross_entropy. `before` makes the
// probabilities; where it is null, a formulation of logits makes its own for the gradient, and a
// binary one never needs it. `guard` below 0: the formulation's own. Throws std::invalid_argument
// where the formulation needs a softmax and has none.
[[nodiscard]] Variant with_softmax(const Formulation& formulation, const Variant* before,
                                   GradientForm form = GradientForm::chain, double guard = -1);

// Each formulation with each softmax among `variants` that it can be combined with.
[[nodiscard]] std::vector<Variant> losses_of_all_formulations(const std::vector<Variant>& variants);

}  // namespace maxtrick::ops
