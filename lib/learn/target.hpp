// Labels as they are read from input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "numerics/rows.hpp"
#include "ops/target.hpp"

namespace maxtrick::learn {

using ops::Target;
using ops::Targets;

// An invalid label. what() names the row: "row 3: label 4 is no class, of 0 to 3".
struct LabelError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

// The class that is the label of the row. Throws LabelError if it is not an integer from 0 to
// classes - 1.
[[nodiscard]] std::int32_t class_index(std::size_t row, double label, std::size_t classes);

// Converts the labels to class indices. Throws LabelError if one is not an integer from 0 to
// classes - 1.
[[nodiscard]] std::vector<std::int32_t> class_indices(std::span<const double> labels,
                                                      std::size_t classes);

}  // namespace maxtrick::learn
