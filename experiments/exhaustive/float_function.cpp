#include "exhaustive/float_function.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "inputs/selection.hpp"

namespace maxtrick::exhaustive {
namespace {

template <class Function>
auto each(Function function) {
  return [function](std::span<const float> x, std::span<float> y) {
    std::transform(x.begin(), x.end(), y.begin(), function);
  };
}

// The bounds are those that comments in glibc's own files state under "ULP error":
// sysdeps/ieee754/flt-32/e_expf.c and e_logf.c, from version 2.27 on.
std::vector<FloatFunction> of_glibc() {
  return {{.name = "expf",
           .isa = std::string(glibc),
           .curve = Curve::exp,
           .claimed_ulp = 0.502,
           .evaluate = each([](float x) { return std::exp(x); })},
          {.name = "logf",
           .isa = std::string(glibc),
           .curve = Curve::log,
           .claimed_ulp = 0.818,
           .evaluate = each([](float x) { return std::log(x); })}};
}

FloatFunction of_kernel(kernels::Function function, kernels::Isa isa) {
  return {.name = std::string(name(function)),
          .isa = std::string(name(isa)),
          .curve = function == kernels::Function::log ? Curve::log : Curve::exp,
          .claimed_ulp = max_ulp(function),
          .unavailable = std::string(why_unavailable(isa)),
          .evaluate = [=](std::span<const float> x, std::span<float> y) {
            kernels::evaluate(function, isa, x, y);
          }};
}

}  // namespace

std::vector<std::string> float_function_names() {
  std::vector<std::string> names = inputs::names_of(kernels::all_functions);
  for (const auto& function : of_glibc()) names.push_back(function.name);
  return names;
}

std::vector<FloatFunction> find_functions(std::string_view wanted,
                                          std::span<const kernels::Isa> isas) {
  std::vector<FloatFunction> found;
  for (const auto function : kernels::all_functions)
    if (name(function) == wanted)
      for (const auto isa : isas) found.push_back(of_kernel(function, isa));
  for (const auto& function : of_glibc())
    if (function.name == wanted) found.push_back(function);
  return found;
}

std::string FloatRange::describe() const {
  if (size() == std::uint64_t{1} << 32) return fmt::format("all {} floats", size());
  return fmt::format("{} floats, not all: {} from 0x{:08x} to 0x{:08x}", size(),
                     every == 1 ? "each" : fmt::format("one in {}", every), first, last);
}

FloatRange read_float_range(config::Section& config) {
  FloatRange range;
  if (!config.has("inputs")) return range;
  config::Section section = config.table("inputs");
  const auto bits = [&](const char* key) {
    return static_cast<std::uint32_t>(section.integer(key, 0, 0xffffffff));
  };
  range.first = bits("first");
  range.last = bits("last");
  if (section.has("every"))
    range.every = static_cast<std::uint32_t>(section.integer("every", 1, 0xffffffff));
  if (range.last < range.first) {
    section.reject("last", fmt::format("0x{:08x} is before the first", range.last),
                   fmt::format("0x{:08x} or above: bit patterns count up", range.first));
    range.last = range.first;
  }
  return range;
}

}  // namespace maxtrick::exhaustive
