// The one list of variants, which tests, experiments and the command line walk.
#pragma once

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

// Whether there is one of that name by now. Does not close the list.
[[nodiscard]] bool is_registered(std::string_view name);

// All variants, sorted by name; the first call closes the list. Throws std::logic_error where two
// share a name.
[[nodiscard]] const std::vector<Variant>& variants();

// The variant of that name, or null.
[[nodiscard]] const Variant* find_variant(std::string_view name);

// `pattern` with * for any run of characters and ? for any one, matched against all of `text`.
[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);

// Whether `pattern`, a name or a glob, chooses the variant: an optional one by its name only.
[[nodiscard]] bool chooses(std::string_view pattern, const Variant& variant);

}  // namespace maxtrick::ops
