#include "worker/plugins.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "ops/registry.hpp"

namespace maxtrick::worker {
namespace {

std::deque<Plugin>& list() {
  static std::deque<Plugin> instance;
  return instance;
}

std::optional<ops::Op> op_of(const Kernel& kernel) { return ops::parse_op(name(kernel.op)); }

template <class T>
ops::Compute<T> compute(const Function<T>& function) {
  if (!function) return {};
  return [function](numerics::Rows<const T> logits, numerics::Rows<T> result) {
    function({.x = logits, .y = result});
  };
}

ops::Variant variant_of(const Plugin& plugin, const Kernel& kernel, ops::Op op) {
  const bool claims = std::isfinite(kernel.claimed_ulp);
  return {.op = op,
          .algorithm = kernel.algorithm,
          .isa = kernel.isa,
          .summary = kernel.summary,
          .source = kernel.source,
          .nature = claims ? ops::Nature::sound : ops::Nature::unstated,
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
    if (find(kernel.name()).kernel || ops::is_registered(kernel.name()))
      throw Refused(fmt::format("{}: it offers {}, and there is one of that name",
                                plugin.file.string(), kernel.name()));
  }
  list().push_back(std::move(plugin));
  for (const Kernel& kernel : list().back().kernels)
    if (const auto op = op_of(kernel)) (void)ops::Register(variant_of(list().back(), kernel, *op));
}

const std::deque<Plugin>& plugins() { return list(); }

Found find(std::string_view name) {
  for (const Plugin& plugin : list())
    for (const Kernel& kernel : plugin.kernels)
      if (kernel.name() == name) return {&plugin, &kernel};
  return {};
}

}  // namespace maxtrick::worker
