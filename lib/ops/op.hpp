// The operations and working types that the suite knows.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace maxtrick::ops {

// softmax:     y_i = e^{x_i} / sum_k e^{x_k}
// log_softmax: y_i = x_i - log sum_k e^{x_k}
// log_sum_exp: y   = log sum_k e^{x_k}
enum class Op { softmax, log_softmax, log_sum_exp };
inline constexpr Op all_ops[] = {Op::softmax, Op::log_softmax, Op::log_sum_exp};

// The working types. In float16 and bfloat16 every operation is rounded to 16 bits; "in float32"
// means that logits and results are stored in 16 bits and all between is float32, as kernels do.
enum class DType { float32, float64, float16, bfloat16, float16_in_float32, bfloat16_in_float32 };
inline constexpr DType all_dtypes[] = {DType::float32,
                                       DType::float64,
                                       DType::float16,
                                       DType::bfloat16,
                                       DType::float16_in_float32,
                                       DType::bfloat16_in_float32};

[[nodiscard]] constexpr std::string_view name(Op op) {
  switch (op) {
    case Op::softmax: return "softmax";
    case Op::log_softmax: return "log_softmax";
    case Op::log_sum_exp: return "log_sum_exp";
  }
  return {};
}

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

[[nodiscard]] constexpr std::optional<Op> parse_op(std::string_view text) {
  for (const Op op : all_ops)
    if (name(op) == text) return op;
  return std::nullopt;
}

[[nodiscard]] constexpr std::optional<DType> parse_dtype(std::string_view text) {
  for (const DType dtype : all_dtypes)
    if (name(dtype) == text) return dtype;
  return std::nullopt;
}

// How many numbers one row of logits gives.
[[nodiscard]] constexpr std::size_t outputs(Op op, std::size_t classes) {
  return op == Op::log_sum_exp ? 1 : classes;
}

}  // namespace maxtrick::ops
