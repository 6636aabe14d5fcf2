// The arguments of one call of any op. Each op reads and writes those that it has.
#pragma once

#include <span>

#include "numerics/rows.hpp"
#include "ops/op.hpp"
#include "ops/target.hpp"

namespace maxtrick::ops {

// The op is computed row by row of scale * logits. Nothing that is written overlaps anything else;
// rows may be 0, classes are at least 1.
template <class T>
struct Call {
  numerics::Rows<const T> logits;
  // outputs(op, classes) columns: probabilities, their logarithms, one number, or the gradient of
  // the losses by the logits. The gradient may be left out (no data) where a variant also offers
  // losses alone.
  numerics::Rows<T> result = {};
  Targets<T> targets = {};   // one a row
  std::span<T> losses = {};  // one a row
  T scale = 1;               // of the logits: 1 / temperature
  T gradient_scale = 1;      // of the gradient: 1 / rows for the mean of the losses
  unsigned threads = 1;      // at most so many, for variants that take any number

  // `count` rows from row `first` on.
  [[nodiscard]] Call part(std::size_t first, std::size_t count) const {
    Call one = *this;
    one.logits = logits.part(first, count);
    one.result = result.part(first, count);
    one.targets = targets.part(first, count);
    if (!losses.empty()) one.losses = losses.subspan(first, count);
    return one;
  }
};

// The same with only those arguments that the op has, for an implementation that would otherwise
// see a pointer and use it.
template <class T>
[[nodiscard]] Call<T> only_arguments_of(Op op, Call<T> call) {
  if (op->output == Output::loss) call.result = {};
  if (takes_targets(op)) return call;
  call.targets = {};
  call.losses = {};
  call.gradient_scale = 1;
  return call;
}

}  // namespace maxtrick::ops
