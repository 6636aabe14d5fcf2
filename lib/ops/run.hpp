// Runs a variant on a call of any shape, also one that takes dense rows only.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "ops/variant.hpp"

namespace maxtrick::ops {

// Copies all numbers; each is multiplied by `scale` and rounded to T.
template <class T>
void copy_rows(numerics::Rows<const T> from, numerics::Rows<T> to, T scale = T(1)) {
  for (std::size_t i = 0; i < from.rows; ++i)
    for (std::size_t k = 0; k < from.columns; ++k)
      to.at(i, k) = scale == T(1) ? from.at(i, k) : scale * from.at(i, k);
}

// Computes the call by the variant. If the call has a class stride other than 1 or a scale other
// than 1 that the variant does not take, its matrices are copied to dense rows, a block of rows at
// a time; scale * x is then rounded to T before the variant reads it. Throws std::invalid_argument
// if the targets are coefficients and the variant takes only classes, and std::bad_function_call
// if the variant does not have the type T. `compute` is the function of the variant that computes.
template <class T>
void run(const Variant& variant, const Compute<T>& compute, const Call<T>& call) {
  const bool has_weights = call.targets.weights.data != nullptr;
  if (has_weights && !variant.takes_coefficients)
    throw std::invalid_argument(variant.name() + " takes a class for each row, no coefficients");
  const bool has_factors = call.factors.data != nullptr;
  const bool dense = call.logits.column_stride == 1 && call.result.column_stride == 1 &&
                     (!has_weights || call.targets.weights.column_stride == 1) &&
                     (!has_factors || call.factors.column_stride == 1);
  if ((dense || variant.takes_class_strides) && (call.scale == T(1) || variant.takes_scale))
    return compute(call);
  const std::size_t rows = call.logits.rows, classes = call.logits.columns;
  constexpr std::size_t block_numbers = std::size_t{1} << 16;  // stays in the second-level cache
  const std::size_t block =
      std::clamp<std::size_t>(block_numbers / classes, 1, std::max<std::size_t>(rows, 1));
  const bool has_result = call.result.data != nullptr;
  std::vector<T> logits(block * classes), result(has_result ? block * call.result.columns : 0),
      weights(has_weights ? block * classes : 0), factors(has_factors ? block * classes : 0);
  for (std::size_t first = 0; first < rows; first += block) {
    Call<T> part = call.part(first, std::min(block, rows - first));
    const auto strided_result = part.result;
    const numerics::Rows<T> dense_logits{logits.data(), part.logits.rows, classes};
    if (variant.takes_scale) {
      copy_rows(part.logits, dense_logits);
    } else {
      copy_rows(part.logits, dense_logits, call.scale);
      part.scale = T(1);
    }
    part.logits = {logits.data(), part.logits.rows, classes};
    if (has_weights) {
      copy_rows(part.targets.weights, {weights.data(), part.logits.rows, classes});
      part.targets.weights = {weights.data(), part.logits.rows, classes};
    }
    if (has_factors) {
      copy_rows(part.factors, {factors.data(), part.logits.rows, classes});
      part.factors = {factors.data(), part.logits.rows, classes};
    }
    if (has_result) part.result = {result.data(), strided_result.rows, strided_result.columns};
    compute(part);
    if (has_result)
      copy_rows<T>({result.data(), strided_result.rows, strided_result.columns}, strided_result);
  }
}
template <class T>
void run(const Variant& variant, const Call<T>& call) {
  run(variant, variant.compute<T>(), call);
}

}  // namespace maxtrick::ops
