#include "inputs/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

namespace maxtrick::inputs {

using numerics::DType;
using numerics::Op;
using numerics::Variant;

namespace {

// The words of `key`, each once, as `parse` reads them.
template <class T, class Parse>
std::vector<T> read_words(suite::Section& section, std::string_view key, std::span<const T> all,
                          Parse parse) {
  std::vector<std::string> names;
  for (const T value : all) names.emplace_back(name(value));
  const std::vector<std::string> words = section.choices(key, names);
  std::vector<T> values;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto value = parse(words[i]);
    if (!value) continue;  // noted already
    if (std::find(values.begin(), values.end(), *value) != values.end())
      section.reject(key, i, fmt::format("'{}' is named twice", words[i]), "each once");
    else
      values.push_back(*value);
  }
  return values;
}

}  // namespace

std::vector<Op> read_ops(suite::Section& section) {
  return read_words<Op>(section, "ops", numerics::all_ops, numerics::parse_op);
}

std::vector<DType> read_dtypes(suite::Section& section) {
  return read_words<DType>(section, "dtypes", numerics::all_dtypes, numerics::parse_dtype);
}

std::vector<const Variant*> read_variants(suite::Section& section) {
  std::vector<std::string> names;
  for (const Variant& variant : numerics::variants()) names.push_back(variant.name());
  std::set<std::string> wanted;
  const std::vector<std::string> globs = section.texts("variants");
  for (std::size_t i = 0; i < globs.size(); ++i) {
    bool matched = globs[i].empty();  // an element that is no text: noted already
    for (const std::string& known : names)
      if (numerics::glob_match(globs[i], known)) {
        wanted.insert(known);
        matched = true;
      }
    if (matched) continue;
    const bool glob = globs[i].find_first_of("*?") != std::string::npos;
    section.reject("variants", i,
                   glob ? fmt::format("'{}' matches no variant", globs[i])
                        : fmt::format("unknown variant '{}'", globs[i]),
                   suite::expected_one_of(globs[i], names));
  }
  std::vector<const Variant*> chosen;
  for (const std::string& known : wanted) chosen.push_back(numerics::find_variant(known));
  return chosen;
}

void require_op(suite::Section& section, const std::vector<const Variant*>& variants, Op op) {
  for (const Variant* variant : variants) {
    if (variant->op == op) continue;
    section.reject("variants", fmt::format("'{}' computes no {}", variant->name(), name(op)),
                   fmt::format("variants of {0}: \"{0}.*\", say", name(op)));
    return;
  }
}

void require_ops(suite::Section& section, const std::vector<Op>& ops,
                 const std::vector<const Variant*>& variants) {
  for (std::size_t i = 0; i < ops.size(); ++i)
    if (std::none_of(variants.begin(), variants.end(),
                     [&](const Variant* v) { return v->op == ops[i]; }))
      section.reject("ops", i, fmt::format("'variants' has none of '{}'", name(ops[i])),
                     "an op of the variants named");
}

void require_dtypes(suite::Section& section, const std::vector<DType>& dtypes,
                    const std::vector<const Variant*>& variants) {
  for (std::size_t i = 0; i < dtypes.size(); ++i)
    if (std::none_of(variants.begin(), variants.end(),
                     [&](const Variant* v) { return v->has(dtypes[i]); }))
      section.reject("dtypes", i, fmt::format("'variants' has none in {}", name(dtypes[i])),
                     "a type of the variants named");
}

DType shown_dtype(const std::vector<DType>& dtypes) {
  const bool has = std::find(dtypes.begin(), dtypes.end(), DType::float32) != dtypes.end();
  return has || dtypes.empty() ? DType::float32 : dtypes.front();
}

std::string read_name(suite::Section& section, std::string_view key) {
  std::string text = section.text(key);
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._+-").find(c) != std::string_view::npos;
  });
  if (!plain)
    section.reject(key, fmt::format("'{}' is no plain name", text), "letters, digits and . _ + -");
  return text;
}

void Names::add(suite::Section& section, const std::string& name, std::string_view key) {
  const auto [first, is_new] = first_place_.emplace(name, section.line_of(key));
  if (!is_new)
    section.reject(key, fmt::format("duplicate {} '{}'", what_, name),
                   fmt::format("another {}: it is taken on {}", key, first->second));
}

}  // namespace maxtrick::inputs
