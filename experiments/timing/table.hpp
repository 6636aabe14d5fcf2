// The table of the experiment `speed`.
#pragma once

#include <vector>

#include "suite/table.hpp"
#include "timing/comparison.hpp"

namespace maxtrick::timing {

// Its columns and views.
[[nodiscard]] suite::ResultTable empty_table(const Spec& spec);

// The row of a case, of launches that all measured it.
[[nodiscard]] suite::Row row_of(const Case& one, const Spec& spec,
                                const std::vector<Launched>& launches);
// Its key cells.
[[nodiscard]] suite::Row key_of(const Case& one);

}  // namespace maxtrick::timing
