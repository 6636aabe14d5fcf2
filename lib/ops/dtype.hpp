// The working types: the type in which numbers are stored, and the type of the computation.
#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>

#include "numerics/small_float.hpp"

namespace maxtrick::ops {

// In float16 and bfloat16, every operation is rounded to 16 bits. In NAME_in_float32, logits and
// results are stored in 16 bits, and all computation in between is in float32, as in kernels.
enum class DType { float32, float64, float16, bfloat16, float16_in_float32, bfloat16_in_float32 };
inline constexpr DType all_dtypes[] = {DType::float32,
                                       DType::float64,
                                       DType::float16,
                                       DType::bfloat16,
                                       DType::float16_in_float32,
                                       DType::bfloat16_in_float32};

[[nodiscard]] constexpr std::string_view name(DType dtype) {
  switch (dtype) {
    case DType::float32: return "float32";
    case DType::float64: return "float64";
    case DType::float16: return "float16";
    case DType::bfloat16: return "bfloat16";
    case DType::float16_in_float32: return "float16_in_float32";
    case DType::bfloat16_in_float32: return "bfloat16_in_float32";
  }
  return {};
}

[[nodiscard]] constexpr std::optional<DType> parse_dtype(std::string_view text) {
  for (const DType dtype : all_dtypes)
    if (name(dtype) == text) return dtype;
  return std::nullopt;
}

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

// The one of four members that belongs to the type T.
template <class T, class Members>
[[nodiscard]] const auto& of_type(const Members& members) {
  if constexpr (std::is_same_v<T, float>)
    return members.float32;
  else if constexpr (std::is_same_v<T, double>)
    return members.float64;
  else if constexpr (std::is_same_v<T, numerics::Float16>)
    return members.float16;
  else
    return members.bfloat16;
}

// Whether numbers are stored in 16 bits and computed in float32.
[[nodiscard]] constexpr bool computes_in_float32(DType dtype) {
  return dtype == DType::float16_in_float32 || dtype == DType::bfloat16_in_float32;
}

// u = 2^-p of the storage type: the largest relative error of one rounding.
[[nodiscard]] inline double unit_roundoff(DType dtype) {
  return with_storage(dtype, []<class S>(std::type_identity<S>) {
    return std::ldexp(1.0, -std::numeric_limits<S>::digits);
  });
}

}  // namespace maxtrick::ops
