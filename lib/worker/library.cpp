#include "worker/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "io/files.hpp"
#include "maxtrick/plugin.h"
#include "run/experiment.hpp"

namespace maxtrick::worker {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* entry_name = "maxtrick_plugin_v1";
// What is said of them all goes through a socket in one message, which Linux takes to 208 KiB.
constexpr std::size_t most_kernels = 1000, most_text = 1000, most_description = 1 << 17;

bool is_plain(std::string_view part) {
  return !part.empty() && part.size() <= 64 && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string line_of(const char* text) {
  if (text && ::strnlen(text, most_text + 1) > most_text)
    throw std::invalid_argument(fmt::format("a text of more than {} bytes", most_text));
  std::string line = text ? text : "";
  if (std::any_of(line.begin(), line.end(), [](char c) { return c >= 0 && c < ' '; }))
    throw std::invalid_argument("a text of more than one line");
  (void)Json(line).dump();  // throws where it is no UTF-8
  return line;
}

template <class T>
using CCall =
    std::conditional_t<std::is_same_v<T, float>, maxtrick_call_float32, maxtrick_call_float64>;

template <class T>
Function<T> direct(int (*function)(const CCall<T>*), const std::string& name) {
  if (!function) return {};
  return [=](const Arguments<T>& a) {
    if (a.x.rows == 0) return;
    const CCall<T> call{.rows = a.x.rows,
                        .classes = a.x.columns,
                        .logits = a.x.data,
                        .logits_stride = a.x.stride,
                        .result = a.y.data,
                        .result_stride = a.y.stride,
                        .targets = a.targets.data(),
                        .losses = a.losses.data(),
                        .scale = a.scale};
    if (const int code = function(&call); code != 0)
      throw run::CaseFailed(fmt::format("{}: returned error {}", name, code));
  };
}

Kernel kernel_of(const maxtrick_kernel& offered, const std::string& plugin_name) {
  const auto op = parse_op(offered.op ? offered.op : "");
  if (!op) throw std::invalid_argument(fmt::format("unknown op '{}'", line_of(offered.op)));
  Kernel kernel{.op = *op, .algorithm = line_of(offered.algorithm), .isa = line_of(offered.isa)};
  if (!is_plain(kernel.algorithm) || !(kernel.isa.empty() || is_plain(kernel.isa)))
    throw std::invalid_argument(fmt::format(
        "'{}' is no plain name: small letters, digits and _, at most 64 a part", kernel.name()));
  const std::string name = kernel.name();
  try {
    kernel.summary = line_of(offered.summary);
    kernel.source = line_of(offered.source);
  } catch (const std::exception& error) {
    throw std::invalid_argument(fmt::format("{}: {}", name, error.what()));
  }
  if (kernel.source.empty()) kernel.source = plugin_name;
  if (std::isnan(offered.claimed_ulp) || offered.claimed_ulp < 0)
    throw std::invalid_argument(fmt::format("{} claims {} ULP: a number above 0, or 0 for no claim",
                                            name, offered.claimed_ulp));
  if (offered.claimed_ulp > 0) kernel.claimed_ulp = offered.claimed_ulp;
  if (!offered.float32) throw std::invalid_argument(fmt::format("{} has no float32", name));
  kernel.float32 = direct<float>(offered.float32, name);
  kernel.float64 = direct<double>(offered.float64, name);
  return kernel;
}

Plugin read(const maxtrick_plugin* offered) {
  if (!offered) throw std::invalid_argument(fmt::format("{} returns NULL", entry_name));
  if (offered->api_version != MAXTRICK_PLUGIN_API)
    throw std::invalid_argument(fmt::format("made for version {} of the interface, this is {}",
                                            offered->api_version, MAXTRICK_PLUGIN_API));
  Plugin plugin{.file = {},
                .name = line_of(offered->name),
                .version = line_of(offered->version),
                .digest = {},
                .kernels = {}};
  if (plugin.name.empty()) throw std::invalid_argument("it has no name");
  if (offered->kernel_count == 0 || !offered->kernels)
    throw std::invalid_argument("it offers no kernel");
  if (offered->kernel_count > most_kernels)
    throw std::invalid_argument(
        fmt::format("{} kernels, at most {}", offered->kernel_count, most_kernels));
  std::set<std::string> names;
  for (std::size_t i = 0; i < offered->kernel_count; ++i) {
    plugin.kernels.push_back(kernel_of(offered->kernels[i], plugin.name));
    if (!names.insert(plugin.kernels.back().name()).second)
      throw std::invalid_argument(fmt::format("it offers {} twice", plugin.kernels.back().name()));
  }
  return plugin;
}

}  // namespace

Plugin open(const std::filesystem::path& file) {
  // A name without a slash would be looked for among the system's libraries.
  const std::filesystem::path path = std::filesystem::absolute(file);
  try {
    const std::string digest = io::sha256(io::read_file(path));
    // Never closed: what it has started cannot be stopped.
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw std::invalid_argument(::dlerror());
    using Entry = const maxtrick_plugin* (*)();
    const auto entry = reinterpret_cast<Entry>(::dlsym(library, entry_name));
    if (!entry) throw std::invalid_argument(fmt::format("it exports no {}", entry_name));
    Plugin plugin = read(entry());
    plugin.file = path;
    plugin.digest = digest;
    if (const std::size_t size = to_json(plugin).size(); size > most_description)
      throw std::invalid_argument(
          fmt::format("what it says of its {} kernels is {} bytes, at most {}: fewer, or shorter "
                      "texts",
                      plugin.kernels.size(), size, most_description));
    return plugin;
  } catch (const std::exception& error) {
    throw Refused(fmt::format("{}: no plug-in that can be used: {}", file.string(), error.what()));
  }
}

std::string to_json(const Plugin& plugin) {
  Json json = {{"file", plugin.file.string()},
               {"name", plugin.name},
               {"version", plugin.version},
               {"digest", plugin.digest},
               {"kernels", Json::array()}};
  for (const Kernel& kernel : plugin.kernels)
    json["kernels"].push_back(
        {{"op", name(kernel.op)},
         {"algorithm", kernel.algorithm},
         {"isa", kernel.isa},
         {"summary", kernel.summary},
         {"source", kernel.source},
         // JSON has no infinity.
         {"claimed_ulp", std::isfinite(kernel.claimed_ulp) ? kernel.claimed_ulp : 0},
         {"float64", bool(kernel.float64)}});
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Plugin from_json(const std::string& text) {
  const Json json = Json::parse(text);
  Plugin plugin{.file = json.at("file").get<std::string>(),
                .name = json.at("name"),
                .version = json.at("version"),
                .digest = json.at("digest"),
                .kernels = {}};
  for (const Json& one : json.at("kernels")) {
    Kernel kernel{.op = parse_op(one.at("op").get<std::string>()).value(),
                  .algorithm = one.at("algorithm"),
                  .isa = one.at("isa"),
                  .summary = one.at("summary"),
                  .source = one.at("source")};
    if (const double claimed = one.at("claimed_ulp"); claimed > 0) kernel.claimed_ulp = claimed;
    if (one.at("float64"))
      kernel.float64 = [](const Arguments<double>&) { throw std::bad_function_call(); };
    plugin.kernels.push_back(std::move(kernel));
  }
  return plugin;
}

}  // namespace maxtrick::worker
