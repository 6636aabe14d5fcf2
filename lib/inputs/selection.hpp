// Reads the axes that a config selects (ops, types, variants and numbers) and the names in it.
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

// The names of things, by name(thing) or by `name_of`, such as a pointer to a member.
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

// The element of `things` whose name is the text at `key`; null after an error.
template <class Thing>
[[nodiscard]] const Thing* read_one(config::Section& section, std::string_view key,
                                    const std::vector<Thing>& things) {
  const std::string name = section.choice(key, names_of(things, &Thing::name));
  for (const Thing& thing : things)
    if (thing.name == name) return &thing;
  return nullptr;
}

// The indices of the `names` that the array at `key` chooses, each once, in the order of the
// config.
[[nodiscard]] std::vector<std::size_t> read_choices(config::Section& section, std::string_view key,
                                                    std::span<const std::string> names);

// ops = ["softmax", ...], in the order of the config.
[[nodiscard]] std::vector<ops::Op> read_ops(config::Section& section);

// dtypes = ["float32", ...]
[[nodiscard]] std::vector<ops::DType> read_dtypes(config::Section& section);

// variants = ["softmax.*", ...]: names or globs (see ops::chooses) of variants of functions of the
// logits alone. Each must match a variant. The variants of plug-ins for the same ops are added. The
// result is in the order of the registry, each variant once.
[[nodiscard]] std::vector<const ops::Variant*> read_variants(config::Section& section);
// The same; variants of losses of a class for each row may be chosen, too.
[[nodiscard]] std::vector<const ops::Variant*> read_variants_and_losses(config::Section& section);

// Notes an error if a variant computes an op other than `op`.
void require_op(config::Section& section, const std::vector<const ops::Variant*>& variants,
                ops::Op op);

// Notes an error for an op, or for a type, that no chosen variant has. Otherwise the table would
// silently lack it.
void require_ops(config::Section& section, const std::vector<ops::Op>& ops,
                 const std::vector<const ops::Variant*>& variants);
void require_dtypes(config::Section& section, const std::vector<ops::DType>& dtypes,
                    const std::vector<const ops::Variant*>& variants);

// seed = k: the seed of random numbers, an integer from 0.
[[nodiscard]] std::uint64_t read_seed(config::Section& section);

// The type for a view that shows only one: float32, or the first type if float32 is not among them.
[[nodiscard]] ops::DType shown_dtype(const std::vector<ops::DType>& dtypes);

// A text of the characters [A-Za-z0-9._+-]. The keys of rows are made of such names, and must need
// no quoting in a shell or a regular expression.
[[nodiscard]] std::string read_name(config::Section& section, std::string_view key);

// Checks that the names in an array of tables are unique.
class Names {
 public:
  explicit Names(std::string what) : what_(std::move(what)) {}  // "case", say, for the message
  // Notes an error at `key` if `name` is taken.
  void add(config::Section& section, const std::string& name, std::string_view key = "name");

 private:
  std::string what_;
  std::map<std::string, std::string> first_place_;
};

// Integers from `least` to `most` in ascending order, at least one. `what` says in the message what
// they count.
[[nodiscard]] std::vector<std::size_t> read_counts(config::Section& section, std::string_view key,
                                                   std::string_view what, std::int64_t least,
                                                   std::int64_t most);

// classes = [2, 10, 1000]
[[nodiscard]] std::vector<std::size_t> read_classes(config::Section& section,
                                                    std::int64_t least = 1,
                                                    std::int64_t most = max_classes);

// Numbers for which `is_right` holds, each once, in the order of the config. Error messages say
// what was `expected`.
[[nodiscard]] std::vector<double> read_distinct(config::Section& section, std::string_view key,
                                                const std::function<bool(double)>& is_right,
                                                const std::string& expected);

}  // namespace maxtrick::inputs
