// Variants by libraries that a build may lack: one to compare with, wanted by its name only.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "ops/registry.hpp"

namespace maxtrick::variants {

// Why a variant is unavailable where CMake has not found `library`, of that Debian package.
[[nodiscard]] inline std::string built_without(const std::string& library,
                                               const std::string& package) {
  return "built without " + library + " (" + package + "; scripts/setup --peers installs it)";
}

template <class T>
using RowsFunction = void (*)(numerics::Rows<const T> logits, numerics::Rows<T> result);

// Stands in the place of what is not there.
template <class T>
void not_built(numerics::Rows<const T>, numerics::Rows<T>) {
  throw std::logic_error("called though this build lacks it");
}

}  // namespace maxtrick::variants
