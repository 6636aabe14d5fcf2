// Version 1 of the interface of plug-ins.
#include <fmt/format.h>

#include <stdexcept>
#include <type_traits>
#include <utility>

#include "worker/interface.hpp"

namespace maxtrick::worker {
namespace {

template <class T>
using CallV1 =
    std::conditional_t<std::is_same_v<T, float>, maxtrick_call_float32, maxtrick_call_float64>;

template <class T>
ops::Compute<T> function_v1(int (*function)(const CallV1<T>*), ops::Op op) {
  if (!function) return {};
  return [=](const ops::Call<T>& given) {
    if (given.logits.rows == 0) return;
    const ops::Call<T> own = only_arguments_of(op, given);
    const CallV1<T> call{.rows = own.logits.rows,
                         .classes = own.logits.columns,
                         .logits = own.logits.data,
                         .logits_stride = own.logits.stride,
                         .result = own.result.data,
                         .result_stride = own.result.stride,
                         .targets = own.targets.index.data(),
                         .losses = own.losses.data(),
                         .scale = own.gradient_scale};
    call_kernel([&] { return function(&call); });
  };
}

}  // namespace

Plugin read_v1(void* function) {
  const maxtrick_plugin* const described =
      reinterpret_cast<decltype(&maxtrick_plugin_v1)>(function)();
  if (!described) throw std::invalid_argument("maxtrick_plugin_v1 returns NULL");
  if (described->api_version != MAXTRICK_PLUGIN_API)
    throw std::invalid_argument(fmt::format("made for version {} of the interface, this is {}",
                                            described->api_version, MAXTRICK_PLUGIN_API));
  Plugin plugin =
      plugin_of({described->name, described->version, described->kernel_count, described->kernels});
  for (std::size_t i = 0; i < described->kernel_count; ++i) {
    const maxtrick_kernel& kernel = described->kernels[i];
    ops::Variant variant = variant_of({kernel.op, kernel.algorithm, kernel.isa, kernel.summary,
                                       kernel.source, kernel.claimed_ulp},
                                      plugin);
    if (variant.op->factors.required)
      throw std::invalid_argument(
          fmt::format("{} needs {}, which version 1 of the interface does not have", variant.name(),
                      variant.op->factors.name));
    if (!kernel.float32)
      throw std::invalid_argument(fmt::format("{} has no float32", variant.name()));
    variant.float32 = function_v1<float>(kernel.float32, variant.op);
    variant.float64 = function_v1<double>(kernel.float64, variant.op);
    plugin.variants.push_back(std::move(variant));
  }
  return plugin;
}

}  // namespace maxtrick::worker
