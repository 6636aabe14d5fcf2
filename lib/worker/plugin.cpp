#include "worker/plugin.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

#include "io/files.hpp"
#include "ops/registry.hpp"

namespace maxtrick::worker {
namespace {

std::deque<Plugin>& list() {
  static std::deque<Plugin> instance;
  return instance;
}

}  // namespace

std::string Plugin::library() const {
  return fmt::format("{}{}{} (plug-in, SHA-256 {})", name, version.empty() ? "" : " ", version,
                     digest);
}

void Plugin::require_unchanged() const {
  const auto bytes = io::read_file_if_there(file);
  if (bytes && io::sha256(*bytes) == digest) return;
  throw Changed(fmt::format(
      "{}: {} since the run began, whose results are not to be of two plug-ins: begin it anew",
      file.string(), bytes ? "changed" : "gone"));
}

ops::Variant offered(ops::Op op, std::string algorithm, std::string isa, double claimed_ulp) {
  if (!(claimed_ulp > 0)) claimed_ulp = std::numeric_limits<double>::infinity();
  return {.op = op,
          .algorithm = std::move(algorithm),
          .isa = std::move(isa),
          .nature = std::isfinite(claimed_ulp) ? ops::Nature::sound : ops::Nature::unstated,
          .float32_claim = {.max_ulp = claimed_ulp,
                            .max_abs_logit = std::numeric_limits<double>::infinity(),
                            .max_classes = std::numeric_limits<std::size_t>::max()},
          .claimed_ulp = claimed_ulp};
}

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
