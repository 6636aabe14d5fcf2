// The table of the experiment `speed`.
#pragma once

#include <vector>

#include "speed/comparison.hpp"
#include "table/table.hpp"

namespace maxtrick::speed {

// Its columns and views.
[[nodiscard]] table::ResultTable empty_table(const Spec& spec);

// The row of a case, of launches that all measured it.
[[nodiscard]] table::Row row_of(const Case& one, const Spec& spec,
                                const std::vector<Launched>& launches);
// Its key cells.
[[nodiscard]] table::Row key_of(const Case& one);

}  // namespace maxtrick::speed
