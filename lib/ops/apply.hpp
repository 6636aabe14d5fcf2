// Applies a variant to one row of logits.
#pragma once

#include <span>
#include <vector>

#include "ops/dtype.hpp"
#include "ops/variant.hpp"

namespace maxtrick::ops {

// Returns the outputs of the variant for one row. S is the storage type of `dtype`. Requires
// variant.has(dtype).
template <class S>
[[nodiscard]] std::vector<S> apply(const Variant& variant, DType dtype, std::span<const S> logits) {
  const auto run = [&]<class A>(std::span<const A> x) {
    std::vector<A> result(outputs(variant.op, x.size()));
    variant.compute<A>()(
        {.logits = numerics::one_row(x), .result = numerics::one_row(std::span<A>(result))});
    return result;
  };
  if constexpr (numerics::Small<S>) {
    if (computes_in_float32(dtype) && !variant.small_in_float32) {
      // The conversion to float is exact; the results are rounded once, to S.
      std::vector<float> wide;
      for (const S x : logits) wide.push_back(static_cast<float>(x));
      const auto result = run(std::span<const float>(wide));
      return {result.begin(), result.end()};
    }
  }
  return run(logits);
}

}  // namespace maxtrick::ops
