// The arguments of one call of any op. An op reads and writes only the arguments that it has.
#pragma once

#include <span>

#include "numerics/rows.hpp"
#include "ops/op.hpp"
#include "ops/target.hpp"
#include "ops/transform.hpp"

namespace maxtrick::ops {

// The op is computed for each row of z, which `scale` and `transform` make of the logits x:
//   z_k = scale x_k / temperature, soft cap, bias, mask, sink (transform.hpp).
// A gradient is with respect to z, except from variants with takes_transform and from
// run_transformed() (lower.hpp), which give the one with respect to x. There are 0 or more rows and 1
// or more classes. What is written must not overlap any other argument.
template <class T>
struct Call {
  numerics::Rows<const T> logits;
  // outputs(op, classes) columns: probabilities, their logarithms, one number, or the gradient of
  // the losses with respect to the logits. The gradient may be left out (data is null) if the
  // variant can also compute the losses alone.
  numerics::Rows<T> result = {};
  Targets<T> targets = {};   // one for each row
  std::span<T> losses = {};  // one for each row
  T scale = 1;               // of the logits
  T gradient_scale = 1;      // of the gradient: 1 / rows for the mean of the losses
  unsigned threads = 1;      // the largest number, for variants that take threads
  Transform<T> transform = {};
  // One number for each class, for ops that have OpDefinition::factors, and one number for the call,
  // for ops that have OpDefinition::parameter.
  numerics::Rows<const T> factors = {};
  T parameter = 0;

  // `count` rows from row `first` on.
  [[nodiscard]] Call part(std::size_t first, std::size_t count) const {
    Call one = *this;
    one.logits = logits.part(first, count);
    one.result = result.part(first, count);
    one.targets = targets.part(first, count);
    if (!losses.empty()) one.losses = losses.subspan(first, count);
    one.transform = transform.part(first, count);
    one.factors = factors.part(first, count);
    return one;
  }
  [[nodiscard]] RowTransform<T> row_transform(std::size_t i) const {
    return transform.row(i, scale);
  }
};

// The same call without the arguments that the op does not have. An implementation could otherwise
// take a pointer that is not null as a request and use it.
template <class T>
[[nodiscard]] Call<T> only_arguments_of(Op op, Call<T> call) {
  if (op->output == Output::loss) call.result = {};
  if (op->factors.name.empty()) call.factors = {};
  if (op->parameter.name.empty()) call.parameter = 0;
  if (takes_targets(op)) return call;
  call.targets = {};
  call.losses = {};
  call.gradient_scale = 1;
  return call;
}

}  // namespace maxtrick::ops
