#include "plugin/plugins.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "numerics/registry.hpp"

namespace maxtrick::plugin {
namespace {

std::deque<Plugin>& list() {
  static std::deque<Plugin> instance;
  return instance;
}

std::optional<numerics::Op> op_of(const Kernel& kernel) {
  return numerics::parse_op(name(kernel.op));
}

template <class T>
numerics::Compute<T> compute(const Function<T>& function) {
  if (!function) return {};
  return [function](Rows<const T> logits, Rows<T> result) { function({.x = logits, .y = result}); };
}

numerics::Variant variant_of(const Plugin& plugin, const Kernel& kernel, numerics::Op op) {
  const bool claims = std::isfinite(kernel.claimed_ulp);
  return {.op = op,
          .algorithm = kernel.algorithm,
          .isa = kernel.isa,
          .summary = kernel.summary,
          .source = kernel.source,
          .nature = claims ? numerics::Nature::sound : numerics::Nature::unstated,
          .float32_claim = {.max_ulp = kernel.claimed_ulp,
                            .max_abs_logit = std::numeric_limits<double>::infinity(),
                            .max_classes = std::numeric_limits<std::size_t>::max()},
          .float32 = compute(kernel.float32),
          .float64 = compute(kernel.float64),
          .library = plugin.library(),
          .plugin = plugin.file.string()};
}

}  // namespace

void add(Plugin plugin) {
  for (const Kernel& kernel : plugin.kernels) {
    if (find(kernel.name()).kernel || numerics::is_registered(kernel.name()))
      throw Refused(fmt::format("{}: it offers {}, and there is one of that name",
                                plugin.file.string(), kernel.name()));
  }
  list().push_back(std::move(plugin));
  for (const Kernel& kernel : list().back().kernels)
    if (const auto op = op_of(kernel))
      (void)numerics::Register(variant_of(list().back(), kernel, *op));
}

const std::deque<Plugin>& plugins() { return list(); }

Found find(std::string_view name) {
  for (const Plugin& plugin : list())
    for (const Kernel& kernel : plugin.kernels)
      if (kernel.name() == name) return {&plugin, &kernel};
  return {};
}

}  // namespace maxtrick::plugin
