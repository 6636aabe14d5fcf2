// Cross-entropy as people write it: the arms of the comparison, forward and gradient.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "learn/target.hpp"
#include "numerics/rows.hpp"
#include "numerics/small_float.hpp"
#include "ops/op.hpp"
#include "ops/variant.hpp"

namespace maxtrick::learn {

// What an arm starts from, and how many columns it takes: `sigmoid` is a probability made by the
// logistic function, of class 1 of two, in one column.
enum class Input { probabilities, logits, sigmoid, logit };

// Of each row of `v`, the arm's input: the loss, and its derivative by the entries of that row.
// `guard` is the arm's epsilon. Rows as in ops::Compute; `derivative` has the shape of `v`.
template <class T>
using RowLosses = std::function<void(numerics::Rows<const T> v, const Targets<T>& targets, T guard,
                                     std::span<T> losses, numerics::Rows<T> derivative)>;

struct Arm {
  std::string name;
  std::string summary;  // one line: the formula
  std::string source;   // document, framework or issue
  Input input = Input::probabilities;
  double guard = 0;  // 0: the arm has none
  RowLosses<float> float32 = {};
  RowLosses<double> float64 = {};
  RowLosses<numerics::Float16> float16 = {};
  RowLosses<numerics::BFloat16> bfloat16 = {};

  template <class T>
  [[nodiscard]] const RowLosses<T>& losses() const;
  // Two classes in one column.
  [[nodiscard]] bool binary() const { return input == Input::sigmoid || input == Input::logit; }
};

// All arms, in the order in which a table shows them.
[[nodiscard]] const std::vector<Arm>& arms();
// The arm of that name, or null.
[[nodiscard]] const Arm* find_arm(std::string_view name);

// How the gradient by the logits is made of that by the probabilities p: through the Jacobian of
// softmax, as automatic differentiation does, or as p - t, which is the same in exact arithmetic
// but for the guard. An arm that starts from logits has the second only.
enum class Gradient { chain, difference };

enum class Reduction { none, sum, mean };

// An arm with the softmax before it: from logits to losses and gradient.
template <class T>
class CrossEntropy {
 public:
  // `softmax` makes the probabilities; an arm that starts from logits makes its own for the
  // gradient where `softmax` is empty. A binary arm needs none. `guard` below 0: the arm's own.
  // Throws std::invalid_argument where the arm needs a softmax and has none.
  CrossEntropy(const Arm& arm, ops::Compute<T> softmax, Gradient form = Gradient::chain,
               double guard = -1);

  // losses[i] of row i, not reduced, and in `gradient` the derivative by the logits of the reduced
  // loss: that of `none` is that of `sum`. Returns the reduced loss, summed in T in order of rows;
  // of `none`, 0. Labels must be classes: see class_indices. Nothing overlaps. Allocates when a
  // batch is larger than all before.
  T operator()(numerics::Rows<const T> logits, const Targets<T>& targets, Reduction reduction,
               std::span<T> losses, numerics::Rows<T> gradient);

 private:
  void by_logits(const Targets<T>& targets, numerics::Rows<const T> p,
                 numerics::Rows<T> gradient) const;

  RowLosses<T> rows_;
  Input input_;
  ops::Compute<T> softmax_;
  Gradient form_;
  T guard_;
  std::vector<T> probabilities_;
};

// The same for the float32 logits of a network, sparse labels, reduced by the mean, and computed in
// `dtype`. A 16-bit type rounds the logits to it first, and the gradient comes back as it is there.
using MeanLoss =
    std::function<void(numerics::Rows<const float> logits, std::span<const std::int32_t> labels,
                       std::span<float> losses, numerics::Rows<float> gradient)>;

// `softmax` may be null where the arm needs none; else it has the type. Throws as CrossEntropy.
[[nodiscard]] MeanLoss mean_loss(const Arm& arm, const ops::Variant* softmax, ops::DType dtype,
                                 Gradient form = Gradient::chain, double guard = -1);

}  // namespace maxtrick::learn
