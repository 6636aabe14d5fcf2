#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cli/plugins.hpp"
#include "config/config.hpp"
#include "io/files.hpp"
#include "ops/registry.hpp"
#include "run/experiment.hpp"

namespace maxtrick::cli {
namespace {

using ops::Claim;
using ops::Nature;
using ops::Variant;
using table::ResultTable;

ResultTable columns(std::initializer_list<const char*> names) {
  ResultTable table;
  for (const char* name : names) table.columns.push_back({name, table::Rule::exact, ""});
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

std::string claimed(const Variant& variant, const Claim& claim, ops::DType dtype) {
  if (!variant.has(dtype) || std::isinf(claim.max_ulp)) return "-";
  std::string text = fmt::format("{}", claim.max_ulp);
  if (claim.floor > 0) text += fmt::format(" (of max(|y|, {}))", claim.floor);
  return text;
}

// A glob for all combinations of the formulation: "clip(softmax.*)".
std::string family_glob(const Variant& loss) { return loss.formulation + "(softmax.*)"; }

ResultTable variants() {
  ResultTable table =
      columns({"variant", "nature", "float32_claim_ulp", "float64_claim_ulp", "float16_claim_ulp",
               "bfloat16_claim_ulp", "here", "summary", "source"});
  for (const Variant& variant : ops::variants()) {
    const bool family = !variant.softmax.empty();
    // One line for each formulation. Its name is a glob for the softmaxes with which it is
    // combined.
    if (family && !table.rows.empty() && table.rows.back()[0] == family_glob(variant)) continue;
    table.rows.push_back(
        {family ? family_glob(variant) : variant.name(), name(variant.nature),
         claimed(variant, variant.float32_claim, ops::DType::float32),
         claimed(variant, variant.float64_claim, ops::DType::float64),
         claimed(variant, variant.float16_claim, ops::DType::float16_in_float32),
         claimed(variant, variant.bfloat16_claim, ops::DType::bfloat16_in_float32),
         family || variant.unavailable.empty() ? "yes" : "no: " + variant.unavailable,
         variant.summary, variant.source});
  }
  return table;
}

ResultTable experiments() {
  ResultTable table = columns({"experiment", "summary"});
  for (const auto& experiment : run::experiments())
    table.rows.push_back({experiment.name, experiment.summary});
  return table;
}

// Those that a command without names runs, and then those that must be named.
std::vector<std::filesystem::path> all_configs() {
  std::vector<std::filesystem::path> all = default_configs();
  for (const std::filesystem::path folder : {"configs/external", "configs/long"}) {
    std::vector<std::filesystem::path> found;
    if (std::filesystem::is_directory(folder))
      for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().extension() == ".toml") found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    all.insert(all.end(), found.begin(), found.end());
  }
  return all;
}

ResultTable configs() {
  ResultTable table = columns({"config", "experiment", "title"});
  for (const auto& path : all_configs()) {
    config::ConfigFile file(io::read_file(path), path.string());
    config::Section root = file.root();
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
  fmt::print("{}", table::render(table, options.format));
  return exit_holds;
}

}  // namespace maxtrick::cli
