// A function of one float, to be held against e^x or log x at every input.
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

struct FloatFunction {
  std::string name;
  std::string isa;  // or the library's name
  Curve curve = Curve::exp;
  double claimed_ulp = 0;
  std::string unavailable = {};  // why it cannot be called here; empty where it can
  std::function<void(std::span<const float>, std::span<float>)> evaluate;
};

inline constexpr std::string_view glibc = "glibc";

// The names that find_functions knows: of the kernels' functions, and glibc's expf and logf.
[[nodiscard]] std::vector<std::string> float_function_names();

// The function of that name, once for each instruction set that it has; glibc's, once.
[[nodiscard]] std::vector<FloatFunction> find_functions(std::string_view name,
                                                        std::span<const kernels::Isa> isas);

// A range of floats by their bit patterns: all 2^32 of them, or a part.

struct FloatRange {
  std::uint32_t first = 0, last = 0xffffffff;
  std::uint32_t every = 1;  // only each so-many-th, from the first on

  [[nodiscard]] std::uint64_t size() const { return (std::uint64_t{last} - first) / every + 1; }
  [[nodiscard]] float operator[](std::uint64_t i) const {
    return std::bit_cast<float>(static_cast<std::uint32_t>(first + i * every));
  }
  // "all 4294967296 floats", or which
  [[nodiscard]] std::string describe() const;
};

// inputs = { first = 0x7f800000, last = 0xff800000, every = 3 }; all floats where there is no such
// key.
[[nodiscard]] FloatRange read_float_range(config::Section& config);

}  // namespace maxtrick::exhaustive
