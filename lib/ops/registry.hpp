// The one list of variants, which tests, experiments and the command line walk.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ops/variant.hpp"

namespace maxtrick::ops {

// A variant's file holds one of these for each variant, at namespace scope. The files must be
// linked as objects: from a static library the linker would drop them without a word.
// Throws std::logic_error once the list has been read.
struct Register {
  explicit Register(Variant variant);
};

// The op of that name, of those that a registered variant computes, or nothing; and all of them, in
// the order of their places. Neither closes the list.
[[nodiscard]] std::optional<Op> parse_op(std::string_view name);
[[nodiscard]] std::vector<Op> all_ops();
// Those that need no targets: functions of the logits alone.
[[nodiscard]] std::vector<Op> ops_of_logits();

// Whether there is one of that name by now. Does not close the list.
[[nodiscard]] bool is_registered(std::string_view name);

// All variants, sorted by name, among them each loss formulation with each softmax
// (ops/formulation.hpp); the first call closes the list. Throws std::logic_error where two share a
// name.
[[nodiscard]] const std::vector<Variant>& variants();

// The variant of that name, or null.
[[nodiscard]] const Variant* find_variant(std::string_view name);

// `pattern` with * for any run of characters and ? for any one, matched against all of `text`.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);

// Whether `pattern`, a name or a glob, chooses the variant: an optional one by its name only.
[[nodiscard]] bool chooses(std::string_view pattern, const Variant& variant);

}  // namespace maxtrick::ops
