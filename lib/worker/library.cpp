#include "worker/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "io/files.hpp"
#include "maxtrick/plugin.h"
#include "ops/registry.hpp"
#include "worker/floating_point.hpp"

namespace maxtrick::worker {
namespace {

using Json = nlohmann::ordered_json;

constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr const char* entry_name = "maxtrick_plugin_v1";
// The description of all kernels goes through a socket in one message, which Linux limits to 208
// KiB.
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
  (void)Json(line).dump();  // throws if it is not UTF-8
  return line;
}

template <class T>
using CCall =
    std::conditional_t<std::is_same_v<T, float>, maxtrick_call_float32, maxtrick_call_float64>;

// The first line of what an exception says, which may be long.
std::string brief(const char* what) {
  const std::string_view text(what, ::strnlen(what, 200));
  return std::string(text.substr(0, text.find_first_of("\r\n")));
}

template <class Call>
int call_without_exception(int (*function)(const Call*), const Call& call) {
  try {
    return function(&call);
  } catch (const std::exception& error) {
    throw Violation(fmt::format("throws an exception (\"{}\")", brief(error.what())));
  } catch (...) {
    throw Violation("throws an exception");
  }
}

template <class T>
ops::Compute<T> direct(int (*function)(const CCall<T>*), ops::Op op) {
  if (!function) return {};
  return [=](const ops::Call<T>& given) {
    if (given.logits.rows == 0) return;
    const ops::Call<T> own = only_arguments_of(op, given);
    const CCall<T> call{.rows = own.logits.rows,
                        .classes = own.logits.columns,
                        .logits = own.logits.data,
                        .logits_stride = own.logits.stride,
                        .result = own.result.data,
                        .result_stride = own.result.stride,
                        .targets = own.targets.index.data(),
                        .losses = own.losses.data(),
                        .scale = own.gradient_scale};
    if (const int code = call_without_exception(function, call); code != 0)
      throw run::CaseFailed(fmt::format("returned error {}", code));
  };
}

ops::Variant variant_of(const maxtrick_kernel& kernel, const std::string& plugin_name) {
  const auto op = ops::parse_op(kernel.op ? kernel.op : "");
  if (!op) throw std::invalid_argument(fmt::format("unknown op '{}'", line_of(kernel.op)));
  ops::Variant variant = offered(*op, line_of(kernel.algorithm), line_of(kernel.isa),
                                 kernel.claimed_ulp > 0 ? kernel.claimed_ulp : infinity);
  const std::string name = variant.name();
  if (!is_plain(variant.algorithm) || !(variant.isa.empty() || is_plain(variant.isa)))
    throw std::invalid_argument(
        fmt::format("'{}' is no plain name: small letters, digits and _, at most 64 a part", name));
  try {
    variant.summary = line_of(kernel.summary);
    variant.source = line_of(kernel.source);
  } catch (const std::exception& error) {
    throw std::invalid_argument(fmt::format("{}: {}", name, error.what()));
  }
  if (variant.source.empty()) variant.source = plugin_name;
  if (std::isnan(kernel.claimed_ulp) || kernel.claimed_ulp < 0)
    throw std::invalid_argument(fmt::format("{} claims {} ULP: a number above 0, or 0 for no claim",
                                            name, kernel.claimed_ulp));
  if (!kernel.float32) throw std::invalid_argument(fmt::format("{} has no float32", name));
  variant.float32 = direct<float>(kernel.float32, *op);
  variant.float64 = direct<double>(kernel.float64, *op);
  return variant;
}

Plugin read(const maxtrick_plugin* description) {
  if (!description) throw std::invalid_argument(fmt::format("{} returns NULL", entry_name));
  if (description->api_version != MAXTRICK_PLUGIN_API)
    throw std::invalid_argument(fmt::format("made for version {} of the interface, this is {}",
                                            description->api_version, MAXTRICK_PLUGIN_API));
  Plugin plugin{.file = {},
                .name = line_of(description->name),
                .version = line_of(description->version),
                .digest = {},
                .when_loaded = {},
                .variants = {}};
  if (plugin.name.empty()) throw std::invalid_argument("it has no name");
  if (description->kernel_count == 0 || !description->kernels)
    throw std::invalid_argument("it offers no kernel");
  if (description->kernel_count > most_kernels)
    throw std::invalid_argument(
        fmt::format("{} kernels, at most {}", description->kernel_count, most_kernels));
  std::set<std::string> names;
  for (std::size_t i = 0; i < description->kernel_count; ++i) {
    plugin.variants.push_back(variant_of(description->kernels[i], plugin.name));
    if (!names.insert(plugin.variants.back().name()).second)
      throw std::invalid_argument(fmt::format("it offers {} twice", plugin.variants.back().name()));
  }
  return plugin;
}

}  // namespace

Plugin open(const std::filesystem::path& file) {
  // dlopen() would search the system's libraries for a name without a slash.
  const std::filesystem::path path = std::filesystem::absolute(file);
  try {
    const std::string digest = io::sha256(io::read_file(path));
    const FloatingPoint environment;
    // The library is never closed: threads and other state that it has started cannot be stopped.
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw std::invalid_argument(::dlerror());
    using Entry = const maxtrick_plugin* (*)();
    const auto entry = reinterpret_cast<Entry>(::dlsym(library, entry_name));
    if (!entry) throw std::invalid_argument(fmt::format("it exports no {}", entry_name));
    Plugin plugin = read(entry());
    plugin.file = path;
    plugin.digest = digest;
    plugin.when_loaded = environment.violation();
    if (const std::size_t size = to_json(plugin).size(); size > most_description)
      throw std::invalid_argument(
          fmt::format("what it says of its {} kernels is {} bytes, at most {}: fewer, or shorter "
                      "texts",
                      plugin.variants.size(), size, most_description));
    return plugin;
  } catch (const std::exception& error) {
    throw Refused(fmt::format("{}: no plug-in that can be used: {}", file.string(), error.what()));
  }
}

std::string to_json(const Plugin& plugin) {
  Json json = {{"file", plugin.file.string()},      {"name", plugin.name},
               {"version", plugin.version},         {"digest", plugin.digest},
               {"when_loaded", plugin.when_loaded}, {"kernels", Json::array()}};
  for (const ops::Variant& variant : plugin.variants)
    json["kernels"].push_back(
        {{"op", variant.op->name},
         {"algorithm", variant.algorithm},
         {"isa", variant.isa},
         {"summary", variant.summary},
         {"source", variant.source},
         // JSON has no infinity, so 0 means that the kernel claims nothing.
         {"claimed_ulp", std::isfinite(variant.claimed_ulp) ? variant.claimed_ulp : 0},
         {"float64", bool(variant.float64)}});
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
    ops::Variant variant =
        offered(ops::parse_op(one.at("op").get<std::string>()).value(), one.at("algorithm"),
                one.at("isa"), claimed > 0 ? claimed : infinity);
    variant.summary = one.at("summary");
    variant.source = one.at("source");
    if (one.at("float64"))
      variant.float64 = [](const ops::Call<double>&) { throw std::bad_function_call(); };
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
