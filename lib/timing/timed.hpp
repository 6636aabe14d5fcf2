// What is timed: the variants of the catalogue, memcpy, and oneDNN held to AVX2.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "ops/variant.hpp"

namespace maxtrick::timing {

// The matrix moved by memcpy, for what memory allows. No op of the catalogue: nothing is computed.
inline constexpr ops::OpDefinition copy_definition{.name = "copy",
                                                   .formula = "y_i = x_i",
                                                   .place = 0,
                                                   .output = ops::Output::row,
                                                   .values = ops::Values::probabilities,
                                                   .distribution = false};
inline constexpr ops::Op copy{copy_definition};

// Whether the op is timed: all but those with one number a row, of whose time the reduction alone
// is a part of the others'.
[[nodiscard]] constexpr bool is_timed(ops::Op op) { return op->output != ops::Output::number; }

struct Shape {
  std::size_t rows = 0, classes = 0;
  bool operator==(const Shape&) const = default;
  friend bool operator<(const Shape& a, const Shape& b) {
    return std::tie(a.rows, a.classes) < std::tie(b.rows, b.classes);
  }

  [[nodiscard]] std::size_t elements() const { return rows * classes; }
};
[[nodiscard]] std::string name(Shape shape);  // "4096x1000"

// Bytes that an op must move: what it reads and what it writes, each once.
[[nodiscard]] double bytes(ops::Op op, Shape shape);

// All float32 variants of timed ops, by name: those of the registry but the loss formulations;
// "memcpy"; and oneDNN's a second time under names that end in ".onednn.avx2", see held_to_avx2.
// Throws worker::Refused where a plug-in offers one of these names.
[[nodiscard]] const std::vector<ops::Variant>& timed_variants();
[[nodiscard]] const ops::Variant* find_timed(std::string_view name);
// The name of one of them: memcpy has no op before its name, and the copies one part more.
[[nodiscard]] std::string timed_name(const ops::Variant& variant);

// Whether it is timed in a process in which libraries are held to AVX2.
[[nodiscard]] bool held_to_avx2(std::string_view name);

}  // namespace maxtrick::timing
