// The timed variants: those of the catalogue, memcpy, and oneDNN limited to AVX2.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ops/variant.hpp"
#include "timing/shape.hpp"

namespace maxtrick::timing {

// The op of memcpy, which moves the matrix and shows the limit of the memory. It is not in the
// catalogue, since it computes nothing.
inline constexpr ops::OpDefinition copy_definition{.name = "copy",
                                                   .formula = "y_i = x_i",
                                                   .place = 0,
                                                   .output = ops::Output::row,
                                                   .values = ops::Values::probabilities,
                                                   .distribution = false,
                                                   .plain = true};
inline constexpr ops::Op copy{copy_definition};

// Whether the op is timed. Ops with one number for each row are not: such a reduction is a part of
// the other ops, and of their times.
[[nodiscard]] constexpr bool is_timed(ops::Op op) {
  return op->plain && op->output != ops::Output::number;
}

// The bytes that an op must move: its inputs and its outputs, each counted once.
[[nodiscard]] double bytes(ops::Op op, const Shape& shape, ops::DType dtype);

// The types of logits and results that are timed. Numbers of 16 bits are computed in float32.
inline constexpr ops::DType timed_dtypes[] = {ops::DType::float32, ops::DType::float64,
                                              ops::DType::float16, ops::DType::bfloat16};

// The function of the variant that is timed for numbers of the type T; empty if it has none. The
// 16-bit functions of variants with libm are not timed, because they imitate 16-bit arithmetic.
// Their float32 function is, on rows that are converted one by one.
template <class T>
[[nodiscard]] ops::Compute<T> timed_function(const ops::Variant& variant);
[[nodiscard]] bool is_timed_in(const ops::Variant& variant, ops::DType dtype);

// The largest error in ULP that the variant claims for every row of that type; infinite if it claims
// nothing.
[[nodiscard]] double claimed_ulp(const ops::Variant& variant, ops::DType dtype);

// All variants of timed ops, sorted by name: those of the registry except for the loss
// formulations; "memcpy"; and those of oneDNN a second time with names that end in ".onednn.avx2"
// (see held_to_avx2). Throws worker::Refused if a plug-in offers one of these names.
[[nodiscard]] const std::vector<ops::Variant>& timed_variants();

// The timed variant with this name, or null.
[[nodiscard]] const ops::Variant* find_timed(std::string_view name);

// The name of a timed variant. memcpy has no op in front of its name, and the copies of oneDNN have
// one more part.
[[nodiscard]] std::string timed_name(const ops::Variant& variant);

// Whether the variant is one of a library, with which kernels are compared.
[[nodiscard]] bool is_library(const ops::Variant& variant);

// Whether the variant is timed in a process in which libraries are limited to AVX2.
[[nodiscard]] bool held_to_avx2(std::string_view name);

}  // namespace maxtrick::timing
