// Helpers for variants of optional libraries: they serve as a comparison, and only a config that
// names them exactly selects them.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "ops/registry.hpp"

namespace maxtrick::variants {

// The reason why a variant is unavailable if CMake has not found `library`, which is in `package`.
[[nodiscard]] inline std::string built_without(const std::string& library,
                                               const std::string& package) {
  return "built without " + library + " (" + package + "; scripts/setup --peers installs it)";
}

template <class T>
using RowsFunction = void (*)(numerics::Rows<const T> logits, numerics::Rows<T> result);

// Placeholder for the function of a library that this build lacks.
template <class T>
void not_built(numerics::Rows<const T>, numerics::Rows<T>) {
  throw std::logic_error("a variant of a library is called, but this build lacks it");
}

}  // namespace maxtrick::variants
