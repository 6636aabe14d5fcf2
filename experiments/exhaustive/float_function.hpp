// A function of one float that is compared with e^x or log x at every input.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "kernels/kernels.hpp"
#include "numerics/error.hpp"

namespace maxtrick::exhaustive {

enum class Curve { exp, log };

// A function, the curve that it approximates, and its claimed error.
struct FloatFunction {
  std::string name;
  std::string isa;  // or the library's name
  Curve curve = Curve::exp;
  double claimed_ulp = 0;
  std::string unavailable = {};  // why it cannot be called here; empty if it can
  std::function<void(std::span<const float>, std::span<float>)> evaluate;
};

inline constexpr std::string_view glibc = "glibc";

// Returns the names that find_functions accepts: the functions of the kernels, and glibc's expf and
// logf.
[[nodiscard]] std::vector<std::string> float_function_names();

// Returns the function of that name once for each of the instruction sets in which it exists; a
// function of glibc is returned once.
[[nodiscard]] std::vector<FloatFunction> find_functions(std::string_view name,
                                                        std::span<const kernels::Isa> isas);

// A range of floats by their bit patterns: all 2^32 floats, or a part of them.

struct FloatRange {
  std::uint32_t first = 0, last = 0xffffffff;
  std::uint32_t every = 1;  // the stride, from the first bit pattern on

  [[nodiscard]] std::uint64_t size() const { return (std::uint64_t{last} - first) / every + 1; }
  [[nodiscard]] float operator[](std::uint64_t i) const {
    return std::bit_cast<float>(static_cast<std::uint32_t>(first + i * every));
  }
  // Returns "all 4294967296 floats", or a description of the part.
  [[nodiscard]] std::string describe() const;
};

// Reads inputs = { first = 0x7f800000, last = 0xff800000, every = 3 }. Without this key, the range
// is all floats.
[[nodiscard]] FloatRange read_float_range(config::Section& config);

}  // namespace maxtrick::exhaustive
