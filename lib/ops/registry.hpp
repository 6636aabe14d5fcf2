// The list of all variants, which tests, experiments and the command line use.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ops/variant.hpp"

namespace maxtrick::ops {

// Registers a variant. The file of a variant defines one such object for each variant, at namespace
// scope. The files must be linked as objects: the linker would silently drop them from a static
// library. Throws std::logic_error if the list has been read already.
struct Register {
  explicit Register(Variant variant);
};

// The op of that name among those that a registered variant computes, or nothing; and all of these
// ops, in the order of their places. Neither function closes the list.
[[nodiscard]] std::optional<Op> parse_op(std::string_view name);
[[nodiscard]] std::vector<Op> all_ops();
// The plain ops that need no targets, that is, functions of the logits alone.
[[nodiscard]] std::vector<Op> ops_of_logits();

// Whether a variant of that name is registered already. Does not close the list.
[[nodiscard]] bool is_registered(std::string_view name);

// All variants, sorted by name, including the combinations of loss formulations with softmaxes
// (ops/formulation.hpp). The first call closes the list. Throws std::logic_error if two variants
// have the same name.
[[nodiscard]] const std::vector<Variant>& variants();

// The variant of that name, or null.
[[nodiscard]] const Variant* find_variant(std::string_view name);

// Whether `pattern` matches all of `text`. In a pattern, * matches any run of characters, and ? any
// single character.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);

// Whether `pattern`, a name or a glob, chooses the variant. Only its full name chooses an optional
// variant.
[[nodiscard]] bool chooses(std::string_view pattern, const Variant& variant);

}  // namespace maxtrick::ops
