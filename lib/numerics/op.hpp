// The operations and working types that the suite knows.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace maxtrick::numerics {

// softmax:     y_i = e^{x_i} / sum_k e^{x_k}
// log_softmax: y_i = x_i - log sum_k e^{x_k}
// log_sum_exp: y   = log sum_k e^{x_k}
enum class Op { softmax, log_softmax, log_sum_exp };
inline constexpr Op all_ops[] = {Op::softmax, Op::log_softmax, Op::log_sum_exp};

enum class DType { float32, float64 };
inline constexpr DType all_dtypes[] = {DType::float32, DType::float64};

[[nodiscard]] constexpr std::string_view name(Op op) {
  switch (op) {
    case Op::softmax: return "softmax";
    case Op::log_softmax: return "log_softmax";
    case Op::log_sum_exp: return "log_sum_exp";
  }
  return {};
}

[[nodiscard]] constexpr std::string_view name(DType dtype) {
  return dtype == DType::float32 ? "float32" : "float64";
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

}  // namespace maxtrick::numerics
