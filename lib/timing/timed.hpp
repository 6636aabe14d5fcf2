// The timed variants: those of the catalogue, memcpy, and oneDNN limited to AVX2.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "ops/variant.hpp"

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

// The shape of a matrix of logits.
struct Shape {
  std::size_t rows = 0, classes = 0;
  bool operator==(const Shape&) const = default;
  friend bool operator<(const Shape& a, const Shape& b) {
    return std::tie(a.rows, a.classes) < std::tie(b.rows, b.classes);
  }

  [[nodiscard]] std::size_t elements() const { return rows * classes; }
};
[[nodiscard]] std::string name(Shape shape);  // "4096x1000"

// The bytes that an op must move: its inputs and its outputs, each counted once.
[[nodiscard]] double bytes(ops::Op op, Shape shape);

// All float32 variants of timed ops, sorted by name: those of the registry except for the loss
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
