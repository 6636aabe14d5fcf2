// Version 2 of the interface of plug-ins.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <type_traits>

#include "worker/interface.hpp"

namespace maxtrick::worker {
namespace {

// Copies a struct of the plug-in, whose own header may have appended members to it, or may lack
// members that this program knows. `least` is the size that the struct had when version 2 began.
template <class Struct>
Struct read_struct(const void* from, std::size_t least, const std::string& what) {
  std::size_t size = 0;
  std::memcpy(&size, from, sizeof size);
  // A struct of a later header will not be that large, but a number that is no size may be.
  constexpr std::size_t most = 4096;
  if (size < least || size > most || size % alignof(Struct) != 0)
    throw std::invalid_argument(
        fmt::format("{} has a struct_size of {}, expected {}", what, size, sizeof(Struct)));
  const char* const bytes = static_cast<const char*>(from);
  if (std::any_of(bytes + std::min(size, sizeof(Struct)), bytes + size,
                  [](char byte) { return byte != 0; }))
    throw std::invalid_argument(
        fmt::format("{} uses a member that this version does not know: its struct_size is {}, "
                    "here it is {}",
                    what, size, sizeof(Struct)));
  Struct known{};
  std::memcpy(&known, from, std::min(size, sizeof(Struct)));
  return known;
}

// Both structs ended with a pointer.
constexpr std::size_t least_description =
    offsetof(maxtrick_description_v2, kernels) + sizeof(void*);
constexpr std::size_t least_kernel = offsetof(maxtrick_kernel_v2, compute) + sizeof(void*);

template <class T>
constexpr std::size_t type_v2() {
  if constexpr (std::is_same_v<T, float>) return MAXTRICK_FLOAT32;
  if constexpr (std::is_same_v<T, double>) return MAXTRICK_FLOAT64;
  if constexpr (std::is_same_v<T, numerics::Float16>) return MAXTRICK_FLOAT16;
  if constexpr (std::is_same_v<T, numerics::BFloat16>) return MAXTRICK_BFLOAT16;
}

struct FunctionV2 {
  int (*compute)(const maxtrick_call_v2*);
  ops::Op op;

  template <class T>
  void operator()(const ops::Call<T>& given) const {
    if (given.logits.rows == 0) return;
    const ops::Call<T> own = only_arguments_of(op, given);
    const auto& coefficients = own.targets.weights;
    const auto& factors = own.factors;
    const maxtrick_call_v2 call{.struct_size = sizeof call,
                                .type = type_v2<T>(),
                                .rows = own.logits.rows,
                                .classes = own.logits.columns,
                                .logits = own.logits.data,
                                .logits_row_stride = own.logits.stride,
                                .logits_class_stride = own.logits.column_stride,
                                .result = own.result.data,
                                .result_row_stride = own.result.stride,
                                .result_class_stride = own.result.column_stride,
                                .targets = own.targets.index.data(),
                                .coefficients = coefficients.data,
                                .coefficients_row_stride = coefficients.stride,
                                .coefficients_class_stride = coefficients.column_stride,
                                .losses = own.losses.data(),
                                .scale = double{own.scale},
                                .gradient_scale = double{own.gradient_scale},
                                .factors = factors.data,
                                .factors_row_stride = factors.stride,
                                .factors_class_stride = factors.column_stride,
                                .parameter = double{own.parameter}};
    call_kernel([&] { return compute(&call); });
  }
};

// Whether a call of the op may have factors that it need not have, or another parameter than usual.
bool has_optional_arguments(ops::Op op) {
  return (!op->factors.name.empty() && !op->factors.required) || !op->parameter.name.empty();
}

// A variant takes either all optional arguments of its op, or none of them.
std::size_t supported(ops::Op op, std::size_t stated) {
  const bool coefficients = !ops::takes_targets(op) || (stated & MAXTRICK_COEFFICIENTS) != 0;
  const bool own = !has_optional_arguments(op) || (stated & MAXTRICK_FACTORS) != 0;
  const bool any =
      ops::takes_targets(op) || !op->factors.name.empty() || !op->parameter.name.empty();
  return (stated & ~std::size_t{MAXTRICK_COEFFICIENTS}) |
         (any && coefficients && own ? std::size_t{MAXTRICK_COEFFICIENTS} : 0);
}

ops::Variant variant_v2(const maxtrick_kernel_v2& kernel, const Plugin& plugin) {
  ops::Variant variant = variant_of(
      {kernel.op, kernel.algorithm, kernel.isa, kernel.summary, kernel.source, kernel.claimed_ulp},
      plugin);
  const std::string name = variant.name();
  if (!kernel.compute) throw std::invalid_argument(fmt::format("{} has no function", name));
  set_functions(variant, kernel.types, FunctionV2{kernel.compute, variant.op});
  set_supports(variant, supported(variant.op, kernel.supports));
  if (types_of(variant) == 0)
    throw std::invalid_argument(
        fmt::format("{} has none of the types float32, float64, float16 "
                    "and bfloat16",
                    name));
  if (!variant.float32 && std::isfinite(variant.claimed_ulp))
    throw std::invalid_argument(fmt::format("{} claims {} ULP in float32, which it does not have",
                                            name, kernel.claimed_ulp));
  return variant;
}

}  // namespace

Plugin read_v2(void* function) {
  const auto* const from = reinterpret_cast<decltype(&maxtrick_plugin_v2)>(function)();
  if (!from) throw std::invalid_argument("maxtrick_plugin_v2 returns NULL");
  const auto described = read_struct<maxtrick_description_v2>(from, least_description, "it");
  Plugin plugin =
      plugin_of({described.name, described.version, described.kernel_count, described.kernels});
  const char* next = reinterpret_cast<const char*>(described.kernels);
  for (std::size_t i = 0; i < described.kernel_count; ++i) {
    const auto kernel =
        read_struct<maxtrick_kernel_v2>(next, least_kernel, fmt::format("kernel {}", i + 1));
    plugin.variants.push_back(variant_v2(kernel, plugin));
    next += kernel.struct_size;
  }
  return plugin;
}

}  // namespace maxtrick::worker
