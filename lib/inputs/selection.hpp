// The axes that a config asks for: ops, types, variants and numbers; and the names in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "inputs/logits.hpp"
#include "ops/registry.hpp"

namespace maxtrick::inputs {

// The names of things: by name(thing), or as `name_of` has it, a member say.
template <class Things>
[[nodiscard]] std::vector<std::string> names_of(const Things& things) {
  std::vector<std::string> names;
  for (const auto& thing : things) names.emplace_back(name(thing));
  return names;
}
template <class Things, class NameOf>
[[nodiscard]] std::vector<std::string> names_of(const Things& things, NameOf name_of) {
  std::vector<std::string> names;
  for (const auto& thing : things) names.push_back(std::invoke(name_of, thing));
  return names;
}

// The one of `things` whose name is the text at `key`; null after an error.
template <class Thing>
[[nodiscard]] const Thing* read_one(config::Section& section, std::string_view key,
                                    const std::vector<Thing>& things) {
  const std::string name = section.choice(key, names_of(things, &Thing::name));
  for (const Thing& thing : things)
    if (thing.name == name) return &thing;
  return nullptr;
}

// Which of `names` array `key` chooses, each once, in the config's order.
[[nodiscard]] std::vector<std::size_t> read_choices(config::Section& section, std::string_view key,
                                                    std::span<const std::string> names);

// ops = ["softmax", ...], in the config's order.
[[nodiscard]] std::vector<ops::Op> read_ops(config::Section& section);

// dtypes = ["float32", ...]
[[nodiscard]] std::vector<ops::DType> read_dtypes(config::Section& section);

// variants = ["softmax.*", ...]: names or globs, as ops::chooses has it, of variants of functions of
// the logits alone; each must match.
// Those of plug-ins besides, of the ops that these have. In the registry's order, once each.
[[nodiscard]] std::vector<const ops::Variant*> read_variants(config::Section& section);

// Notes an error where a variant computes another op.
void require_op(config::Section& section, const std::vector<const ops::Variant*>& variants,
                ops::Op op);

// An op or a type that no chosen variant has would be left out without a word: they are errors.
void require_ops(config::Section& section, const std::vector<ops::Op>& ops,
                 const std::vector<const ops::Variant*>& variants);
void require_dtypes(config::Section& section, const std::vector<ops::DType>& dtypes,
                    const std::vector<const ops::Variant*>& variants);

// seed = k: of random numbers, from 0.
[[nodiscard]] std::uint64_t read_seed(config::Section& section);

// The type that a view shows where it shows one: float32, or the first where that is not asked for.
[[nodiscard]] ops::DType shown_dtype(const std::vector<ops::DType>& dtypes);

// A text out of [A-Za-z0-9._+-], which keys of rows are made of: they must survive a shell and a
// regular expression.
[[nodiscard]] std::string read_name(config::Section& section, std::string_view key);

// The names of an array of tables, each of which may stand there once.
class Names {
 public:
  explicit Names(std::string what) : what_(std::move(what)) {}  // "case": for the message
  // Notes an error at `key` where `name` is taken.
  void add(config::Section& section, const std::string& name, std::string_view key = "name");

 private:
  std::string what_;
  std::map<std::string, std::string> first_place_;
};

// Whole numbers from `least` to `most`, rising; `what` they count is for the message. One at least.
[[nodiscard]] std::vector<std::size_t> read_counts(config::Section& section, std::string_view key,
                                                   std::string_view what, std::int64_t least,
                                                   std::int64_t most);

// classes = [2, 10, 1000]
[[nodiscard]] std::vector<std::size_t> read_classes(config::Section& section,
                                                    std::int64_t least = 1,
                                                    std::int64_t most = max_classes);

// Numbers for which `is_right` holds, each once, in the config's order; errors say what was
// `expected`.
[[nodiscard]] std::vector<double> read_distinct(config::Section& section, std::string_view key,
                                                const std::function<bool(double)>& is_right,
                                                const std::string& expected);

}  // namespace maxtrick::inputs
