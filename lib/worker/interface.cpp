#include "worker/interface.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "ops/registry.hpp"
#include "worker/library.hpp"

namespace maxtrick::worker {
namespace {

constexpr std::size_t most_kernels = 1000, most_text = 1000;

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
  (void)nlohmann::json(line).dump();  // throws if it is not UTF-8
  return line;
}

// The first line of what an exception says, which may be long.
std::string brief(const char* what) {
  const std::string_view text(what, ::strnlen(what, 200));
  return std::string(text.substr(0, text.find_first_of("\r\n")));
}

}  // namespace

Plugin plugin_of(const PluginWords& words) {
  Plugin plugin{.file = {},
                .name = line_of(words.name),
                .version = line_of(words.version),
                .digest = {},
                .when_loaded = {},
                .variants = {}};
  if (plugin.name.empty()) throw std::invalid_argument("it has no name");
  if (words.kernel_count == 0 || !words.kernels) throw std::invalid_argument("it offers no kernel");
  if (words.kernel_count > most_kernels)
    throw std::invalid_argument(
        fmt::format("{} kernels, at most {}", words.kernel_count, most_kernels));
  return plugin;
}

ops::Variant variant_of(const KernelWords& words, const Plugin& plugin) {
  const auto op = ops::parse_op(words.op ? words.op : "");
  if (!op) throw std::invalid_argument(fmt::format("unknown op '{}'", line_of(words.op)));
  ops::Variant variant =
      offered(*op, line_of(words.algorithm), line_of(words.isa), words.claimed_ulp);
  const std::string name = variant.name();
  if (!is_plain(variant.algorithm) || !(variant.isa.empty() || is_plain(variant.isa)))
    throw std::invalid_argument(
        fmt::format("'{}' is no plain name: small letters, digits and _, at most 64 a part", name));
  try {
    variant.summary = line_of(words.summary);
    variant.source = line_of(words.source);
  } catch (const std::exception& error) {
    throw std::invalid_argument(fmt::format("{}: {}", name, error.what()));
  }
  if (variant.source.empty()) variant.source = plugin.name;
  if (std::isnan(words.claimed_ulp) || words.claimed_ulp < 0)
    throw std::invalid_argument(fmt::format("{} claims {} ULP: a number above 0, or 0 for no claim",
                                            name, words.claimed_ulp));
  return variant;
}

void call_kernel(const std::function<int()>& kernel) {
  int code = 0;
  try {
    code = kernel();
  } catch (const std::exception& error) {
    throw Violation(fmt::format("throws an exception (\"{}\")", brief(error.what())));
  } catch (...) {
    throw Violation("throws an exception");
  }
  if (code != 0) throw run::CaseFailed(fmt::format("returned error {}", code));
}

std::size_t types_of(const ops::Variant& variant) {
  return (variant.float32 ? std::size_t{MAXTRICK_FLOAT32} : 0) |
         (variant.float64 ? std::size_t{MAXTRICK_FLOAT64} : 0) |
         (variant.float16 ? std::size_t{MAXTRICK_FLOAT16} : 0) |
         (variant.bfloat16 ? std::size_t{MAXTRICK_BFLOAT16} : 0);
}

std::size_t supports_of(const ops::Variant& variant) {
  return (variant.takes_class_strides ? std::size_t{MAXTRICK_CLASS_STRIDES} : 0) |
         (variant.takes_scale ? std::size_t{MAXTRICK_SCALE} : 0) |
         (variant.takes_coefficients ? std::size_t{MAXTRICK_COEFFICIENTS} : 0);
}

void set_supports(ops::Variant& variant, std::size_t supports) {
  variant.takes_class_strides = (supports & MAXTRICK_CLASS_STRIDES) != 0;
  variant.takes_scale = (supports & MAXTRICK_SCALE) != 0;
  variant.takes_coefficients = (supports & MAXTRICK_COEFFICIENTS) != 0;
}

}  // namespace maxtrick::worker
