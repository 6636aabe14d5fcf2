#include <fmt/format.h>

#include <cmath>

#include "commands/plugins.hpp"
#include "numerics/registry.hpp"
#include "plugin/plugins.hpp"
#include "suite/config.hpp"
#include "suite/experiment.hpp"
#include "suite/files.hpp"

namespace maxtrick::commands {
namespace {

using numerics::Claim;
using numerics::Nature;
using numerics::Variant;
using suite::ResultTable;

ResultTable columns(std::initializer_list<const char*> names) {
  ResultTable table;
  for (const char* name : names) table.columns.push_back({name, suite::Rule::exact, ""});
  return table;
}

const char* name(Nature nature) {
  switch (nature) {
    case Nature::sound: return "sound";
    case Nature::unguarded: return "unguarded";
    case Nature::approximation: return "approximation";
    case Nature::unstated: return "unstated";
  }
  return "";
}

std::string claimed(const Variant& variant, const Claim& claim, numerics::DType dtype) {
  if (!variant.has(dtype) || std::isinf(claim.max_ulp)) return "-";
  std::string text = fmt::format("{}", claim.max_ulp);
  if (claim.floor > 0) text += fmt::format(" (of max(|y|, {}))", claim.floor);
  return text;
}

ResultTable variants() {
  ResultTable table = columns(
      {"variant", "nature", "float32_claim_ulp", "float64_claim_ulp", "here", "summary", "source"});
  for (const Variant& variant : numerics::variants())
    table.rows.push_back({variant.name(), name(variant.nature),
                          claimed(variant, variant.float32_claim, numerics::DType::float32),
                          claimed(variant, variant.float64_claim, numerics::DType::float64),
                          variant.unavailable.empty() ? "yes" : "no: " + variant.unavailable,
                          variant.summary, variant.source});
  // Their losses, which are no variants of the registry.
  for (const plugin::Plugin& plugin : plugin::plugins())
    for (const plugin::Kernel& kernel : plugin.kernels)
      if (!numerics::find_variant(kernel.name()))
        table.rows.push_back(
            {kernel.name(), name(std::isinf(kernel.claimed_ulp) ? Nature::unstated : Nature::sound),
             std::isinf(kernel.claimed_ulp) ? "-" : fmt::format("{}", kernel.claimed_ulp), "-",
             "yes", kernel.summary, kernel.source});
  return table;
}

ResultTable experiments() {
  ResultTable table = columns({"experiment", "summary"});
  for (const auto& experiment : suite::experiments())
    table.rows.push_back({experiment.name, experiment.summary});
  return table;
}

ResultTable configs() {
  ResultTable table = columns({"config", "experiment", "title"});
  for (const auto& path : default_configs()) {
    suite::ConfigFile file(suite::read_file(path), path.string());
    suite::Section root = file.root();
    table.rows.push_back({path.string(), root.text("experiment"), root.text("title")});
  }
  return table;
}

}  // namespace

int list(const ListOptions& options) {
  load_plugins(options.plugins);
  const ResultTable table = options.what == "variants"      ? variants()
                            : options.what == "experiments" ? experiments()
                                                            : configs();
  fmt::print("{}", suite::render(table, options.format));
  return exit_holds;
}

}  // namespace maxtrick::commands
