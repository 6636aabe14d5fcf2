// A function of one float, to be held against e^x or log x at every input.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

}  // namespace maxtrick::exhaustive
