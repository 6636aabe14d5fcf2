// From a working type's name to its C++ types.
#pragma once

#include <span>
#include <type_traits>
#include <vector>

#include "numerics/small_float.hpp"
#include "ops/op.hpp"
#include "ops/variant.hpp"

namespace maxtrick::ops {

// Calls f(std::type_identity<S>{}) with the type S that logits and results are stored in.
template <class Function>
decltype(auto) with_storage(DType dtype, Function&& f) {
  switch (dtype) {
    case DType::float64: return f(std::type_identity<double>{});
    case DType::float16:
    case DType::float16_in_float32: return f(std::type_identity<numerics::Float16>{});
    case DType::bfloat16:
    case DType::bfloat16_in_float32: return f(std::type_identity<numerics::BFloat16>{});
    case DType::float32: break;
  }
  return f(std::type_identity<float>{});
}

// Whether it computes in float32 what it stores in 16 bits.
[[nodiscard]] constexpr bool computes_in_float32(DType dtype) {
  return dtype == DType::float16_in_float32 || dtype == DType::bfloat16_in_float32;
}

// u = 2^-p of the storage type: the largest relative error of one rounding.
[[nodiscard]] inline double unit_roundoff(DType dtype) {
  return with_storage(dtype, []<class S>(std::type_identity<S>) {
    return std::ldexp(1.0, -std::numeric_limits<S>::digits);
  });
}

// The variant's outputs for one row; S is the storage type of `dtype`, and variant.has(dtype).
template <class S>
[[nodiscard]] std::vector<S> apply(const Variant& variant, DType dtype, std::span<const S> logits) {
  const auto run = [&]<class A>(std::span<const A> x) {
    std::vector<A> result(outputs(variant.op, x.size()));
    variant.compute<A>()(numerics::one_row(x), numerics::one_row(std::span<A>(result)));
    return result;
  };
  if constexpr (numerics::Small<S>) {
    if (computes_in_float32(dtype)) {
      // By static_cast to float, exact; and rounded once to S.
      std::vector<float> wide;
      for (const S x : logits) wide.push_back(static_cast<float>(x));
      const auto result = run(std::span<const float>(wide));
      return {result.begin(), result.end()};
    }
  }
  return run(logits);
}

}  // namespace maxtrick::ops
