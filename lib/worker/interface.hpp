// The versions of the interface of plug-ins, maxtrick/plugin.h: each converts what a plug-in
// describes to variants.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>

#include "maxtrick/plugin.h"
#include "ops/variant.hpp"
#include "worker/plugin.hpp"

namespace maxtrick::worker {

// `read` calls the function of that name, which a plug-in exports, and returns what it describes.
// Throws std::invalid_argument if the description is not valid.
struct Interface {
  const char* entry;
  Plugin (*read)(void* function);
};
[[nodiscard]] Plugin read_v2(void* function);
[[nodiscard]] Plugin read_v1(void* function);
// The newest first.
inline constexpr std::array interfaces{Interface{"maxtrick_plugin_v2", read_v2},
                                       Interface{"maxtrick_plugin_v1", read_v1}};

// What both versions say of a plug-in and of a kernel, as it is in the memory of the plug-in.
struct PluginWords {
  const char *name, *version;
  std::size_t kernel_count;
  const void* kernels;
};
struct KernelWords {
  const char *op, *algorithm, *isa, *summary, *source;
  double claimed_ulp;
};
// Check the words, and return the plug-in without variants, and a variant without functions.
[[nodiscard]] Plugin plugin_of(const PluginWords& words);
[[nodiscard]] ops::Variant variant_of(const KernelWords& words, const Plugin& plugin);

// Calls the kernel. Throws Violation if it throws, and run::CaseFailed if it returns an error.
void call_kernel(const std::function<int()>& kernel);

// The types that the variant has, as a set of MAXTRICK_FLOAT32 and the others.
[[nodiscard]] std::size_t types_of(const ops::Variant& variant);
// Makes `function`, which takes a call of any type, the function of each of these types.
template <class Function>
void set_functions(ops::Variant& variant, std::size_t types, const Function& function) {
  if ((types & MAXTRICK_FLOAT32) != 0) variant.float32 = function;
  if ((types & MAXTRICK_FLOAT64) != 0) variant.float64 = function;
  if ((types & MAXTRICK_FLOAT16) != 0) variant.float16 = function;
  if ((types & MAXTRICK_BFLOAT16) != 0) variant.bfloat16 = function;
}
// What the variant supports, as a set of MAXTRICK_CLASS_STRIDES and the others.
[[nodiscard]] std::size_t supports_of(const ops::Variant& variant);
void set_supports(ops::Variant& variant, std::size_t supports);

}  // namespace maxtrick::worker
