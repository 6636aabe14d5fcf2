// The description of a plug-in as one line of text.
#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "ops/registry.hpp"
#include "worker/interface.hpp"
#include "worker/library.hpp"

namespace maxtrick::worker {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string to_json(const Plugin& plugin) {
  Json json = {{"file", plugin.file.string()},      {"name", plugin.name},
               {"version", plugin.version},         {"digest", plugin.digest},
               {"when_loaded", plugin.when_loaded}, {"kernels", Json::array()}};
  for (const ops::Variant& variant : plugin.variants) {
    json["kernels"].push_back(
        {{"op", variant.op->name},
         {"algorithm", variant.algorithm},
         {"isa", variant.isa},
         {"summary", variant.summary},
         {"source", variant.source},
         // JSON has no infinity, so 0 means that the kernel claims nothing.
         {"claimed_ulp", std::isfinite(variant.claimed_ulp) ? variant.claimed_ulp : 0},
         {"types", types_of(variant)}});
    if (const std::size_t supports = supports_of(variant); supports != 0)
      json["kernels"].back()["supports"] = supports;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Plugin from_json(const std::string& text) try {
  const Json json = Json::parse(text);
  Plugin plugin{.file = json.at("file").get<std::string>(),
                .name = json.at("name"),
                .version = json.at("version"),
                .digest = json.at("digest"),
                .when_loaded = json.value("when_loaded", ""),
                .variants = {}};
  for (const Json& one : json.at("kernels")) {
    const double claimed = one.at("claimed_ulp");
    ops::Variant variant = offered(ops::parse_op(one.at("op").get<std::string>()).value(),
                                   one.at("algorithm"), one.at("isa"), claimed);
    variant.summary = one.at("summary");
    variant.source = one.at("source");
    constexpr auto elsewhere = [](const auto&) { throw std::bad_function_call(); };
    set_functions(variant, one.at("types"), elsewhere);
    set_supports(variant, one.value("supports", std::size_t{0}));
    plugin.variants.push_back(std::move(variant));
  }
  return plugin;
} catch (const Json::exception& error) {
  throw std::invalid_argument(
      fmt::format("what its process says is no description: {}", error.what()));
} catch (const std::bad_optional_access&) {
  throw std::invalid_argument("what its process says is no description: an unknown op");
}

}  // namespace maxtrick::worker
