#include "inputs/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "ops/registry.hpp"
#include "text/quoted.hpp"

namespace maxtrick::inputs {
namespace {

using ops::DType;
using ops::Op;
using ops::Variant;

// The elements of `all` that the array at `key` names.
template <class T>
std::vector<T> read_named(config::Section& section, std::string_view key, std::span<const T> all) {
  std::vector<T> values;
  for (const std::size_t at : read_choices(section, key, names_of(all))) values.push_back(all[at]);
  return values;
}

// The variants of functions of the logits alone. A loss also needs a target for each row, so most
// configs select losses by [[arm]] instead.
std::vector<const Variant*> variants_of_logits() {
  const std::vector<Op> of_logits = ops::ops_of_logits();
  std::vector<const Variant*> all;
  for (const Variant& variant : ops::variants())
    if (std::ranges::count(of_logits, variant.op) > 0) all.push_back(&variant);
  return all;
}

// The same and the losses of a class for each row. Losses of one column have other rows.
std::vector<const Variant*> variants_and_losses() {
  std::vector<const Variant*> all;
  for (const Variant& variant : ops::variants())
    if (variant.op->plain && !variant.one_column) all.push_back(&variant);
  return all;
}

// Adds the variants of the user's plug-ins whose ops occur among the variants that the config
// names.
void join_plugins(std::set<std::string>& wanted) {
  std::set<Op> ops;
  for (const std::string& known : wanted) ops.insert(ops::find_variant(known)->op);
  for (const Variant& variant : ops::variants())
    if (!variant.plugin.empty() && ops.contains(variant.op)) wanted.insert(variant.name());
}

// The variants of `all` that the key `variants` names.
std::vector<const Variant*> read_variants_of(config::Section& section,
                                             const std::vector<const Variant*>& all) {
  const auto names = names_of(all, &Variant::name);
  std::set<std::string> wanted;
  const std::vector<std::string> globs = section.texts("variants");
  for (std::size_t i = 0; i < globs.size(); ++i) {
    bool matched = globs[i].empty();  // an element that is not a text; the error is noted already
    for (const Variant* variant : all)
      if (ops::chooses(globs[i], *variant)) {
        wanted.insert(variant->name());
        matched = true;
      }
    if (matched) continue;
    const bool glob = globs[i].find_first_of("*?") != std::string::npos;
    section.reject("variants", i,
                   glob ? text::quoted(globs[i]) + " matches no variant"
                        : "unknown variant " + text::quoted(globs[i]),
                   config::expected_one_of(globs[i], names));
  }
  join_plugins(wanted);
  std::vector<const Variant*> chosen;
  for (const std::string& known : wanted) chosen.push_back(ops::find_variant(known));
  return chosen;
}

}  // namespace

std::vector<std::size_t> read_choices(config::Section& section, std::string_view key,
                                      std::span<const std::string> names) {
  const std::vector<std::string> words = section.choices(key, names);
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto found = std::find(names.begin(), names.end(), words[i]);
    if (found == names.end()) continue;  // the error is noted already
    const auto at = static_cast<std::size_t>(found - names.begin());
    if (std::find(chosen.begin(), chosen.end(), at) != chosen.end())
      section.reject(key, i, text::quoted(words[i]) + " is listed twice", "each once");
    else
      chosen.push_back(at);
  }
  return chosen;
}

std::vector<Op> read_ops(config::Section& section) {
  return read_named<Op>(section, "ops", ops::ops_of_logits());
}

std::vector<DType> read_dtypes(config::Section& section) {
  return read_named<DType>(section, "dtypes", ops::all_dtypes);
}

std::vector<const Variant*> read_variants(config::Section& section) {
  return read_variants_of(section, variants_of_logits());
}

std::vector<const Variant*> read_variants_and_losses(config::Section& section) {
  return read_variants_of(section, variants_and_losses());
}

void require_op(config::Section& section, const std::vector<const Variant*>& variants, Op op) {
  for (const Variant* variant : variants) {
    if (variant->op == op) continue;
    section.reject("variants", fmt::format("'{}' does not compute {}", variant->name(), name(op)),
                   fmt::format("variants of {0}, such as \"{0}.*\"", name(op)));
    return;
  }
}

void require_ops(config::Section& section, const std::vector<Op>& ops,
                 const std::vector<const Variant*>& variants) {
  for (std::size_t i = 0; i < ops.size(); ++i)
    if (std::none_of(variants.begin(), variants.end(),
                     [&](const Variant* v) { return v->op == ops[i]; }))
      section.reject("ops", i, fmt::format("no variant in 'variants' computes '{}'", name(ops[i])),
                     "an op of the listed variants");
}

void require_dtypes(config::Section& section, const std::vector<DType>& dtypes,
                    const std::vector<const Variant*>& variants) {
  for (std::size_t i = 0; i < dtypes.size(); ++i)
    if (std::none_of(variants.begin(), variants.end(),
                     [&](const Variant* v) { return v->has(dtypes[i]); }))
      section.reject("dtypes", i,
                     fmt::format("no variant in 'variants' is available in {}", name(dtypes[i])),
                     "a type of the listed variants");
}

std::uint64_t read_seed(config::Section& section) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::uint64_t>(section.integer("seed", 0, most));
}

DType shown_dtype(const std::vector<DType>& dtypes) {
  const bool has = std::find(dtypes.begin(), dtypes.end(), DType::float32) != dtypes.end();
  return has || dtypes.empty() ? DType::float32 : dtypes.front();
}

std::string read_name(config::Section& section, std::string_view key) {
  std::string text = section.text(key);
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._+-").find(c) != std::string_view::npos;
  });
  if (!plain)
    section.reject(key, text::quoted(text) + " contains a character that names may not have",
                   "letters, digits and . _ + -");
  return text;
}

void Names::add(config::Section& section, const std::string& name, std::string_view key) {
  const auto [first, is_new] = first_place_.emplace(name, section.line_of(key));
  if (!is_new)
    section.reject(key, fmt::format("duplicate {} {}", what_, text::quoted(name)),
                   fmt::format("another {}, because {} already has this one", key, first->second));
}

std::vector<std::size_t> read_counts(config::Section& section, std::string_view key,
                                     std::string_view what, std::int64_t least, std::int64_t most) {
  std::vector<std::size_t> counts;
  const std::vector<double> numbers = section.numbers(key);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double n = numbers[i];
    const bool rises = counts.empty() || n > static_cast<double>(counts.back());
    if (rises && n >= static_cast<double>(least) && n <= static_cast<double>(most) &&
        n == std::floor(n))
      counts.push_back(static_cast<std::size_t>(n));
    else
      section.reject(key, i, fmt::format("{} {}", n, what),
                     fmt::format("increasing whole numbers from {} to {}", least, most));
  }
  if (counts.empty()) counts.push_back(static_cast<std::size_t>(least));
  return counts;
}

std::vector<std::size_t> read_classes(config::Section& section, std::int64_t least,
                                      std::int64_t most) {
  return read_counts(section, "classes", "classes", least, most);
}

std::vector<double> read_distinct(config::Section& section, std::string_view key,
                                  const std::function<bool(double)>& is_right,
                                  const std::string& expected) {
  std::vector<double> values;
  const std::vector<double> numbers = section.numbers(key);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const double x = numbers[i];
    if (!is_right(x))
      section.reject(key, i, fmt::format("{} is out of range", x), expected);
    else if (std::find(values.begin(), values.end(), x) != values.end())
      section.reject(key, i, fmt::format("{} is listed twice", x), "each once");
    else
      values.push_back(x);
  }
  return values;
}

}  // namespace maxtrick::inputs
