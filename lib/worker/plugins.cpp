#include "worker/plugins.hpp"

#include <fmt/format.h>

#include "ops/registry.hpp"

namespace maxtrick::worker {
namespace {

std::deque<Plugin>& list() {
  static std::deque<Plugin> instance;
  return instance;
}

}  // namespace

void add(Plugin plugin) {
  for (const ops::Variant& variant : plugin.variants) {
    if (find(variant.name()).variant || ops::is_registered(variant.name()))
      throw Refused(fmt::format("{}: it offers {}, and there is one of that name",
                                plugin.file.string(), variant.name()));
  }
  for (ops::Variant& variant : plugin.variants) {
    variant.library = plugin.library();
    variant.plugin = plugin.file.string();
    (void)ops::Register(variant);
  }
  list().push_back(std::move(plugin));
}

const std::deque<Plugin>& plugins() { return list(); }

Found find(std::string_view name) {
  for (const Plugin& plugin : list())
    for (const ops::Variant& variant : plugin.variants)
      if (variant.name() == name) return {&plugin, &variant};
  return {};
}

}  // namespace maxtrick::worker
