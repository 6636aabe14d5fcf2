// Runs a variant that takes dense rows only on a call of any shape.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "ops/variant.hpp"

namespace maxtrick::ops {

// Computes the call by the variant. If the classes have a stride other than 1, or the logits a
// scale other than 1, the logits are copied to dense rows, a block of rows at a time; scale * x is
// then rounded to T before the variant reads it. Throws std::invalid_argument if the targets are
// coefficients and the variant takes only classes, and std::bad_function_call if the variant does
// not have the type T.
template <class T>
void run(const Variant& variant, const Call<T>& call) {
  if (call.targets.weights.data != nullptr && !variant.takes_coefficients)
    throw std::invalid_argument(variant.name() + " takes a class for each row, no coefficients");
  const Compute<T>& compute = variant.compute<T>();
  const std::size_t rows = call.logits.rows, classes = call.logits.columns;
  if (call.logits.column_stride == 1 && call.result.column_stride == 1 && call.scale == T(1))
    return compute(call);
  constexpr std::size_t block_numbers = std::size_t{1} << 16;  // stays in the second-level cache
  const std::size_t block =
      std::clamp<std::size_t>(block_numbers / classes, 1, std::max<std::size_t>(rows, 1));
  const bool has_result = call.result.data != nullptr;
  std::vector<T> logits(block * classes), result(has_result ? block * call.result.columns : 0);
  for (std::size_t first = 0; first < rows; first += block) {
    Call<T> part = call.part(first, std::min(block, rows - first));
    const auto strided_logits = part.logits;
    const auto strided_result = part.result;
    for (std::size_t i = 0; i < part.logits.rows; ++i)
      for (std::size_t k = 0; k < classes; ++k)
        logits[i * classes + k] =
            call.scale == T(1) ? strided_logits.at(i, k) : call.scale * strided_logits.at(i, k);
    part.logits = {logits.data(), strided_logits.rows, classes};
    part.scale = T(1);
    if (has_result) part.result = {result.data(), strided_result.rows, strided_result.columns};
    compute(part);
    for (std::size_t i = 0; has_result && i < strided_result.rows; ++i)
      for (std::size_t k = 0; k < strided_result.columns; ++k)
        strided_result.at(i, k) = part.result.at(i, k);
  }
}

}  // namespace maxtrick::ops
