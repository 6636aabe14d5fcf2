// Formats a table as text for a terminal or for another program.
#pragma once

#include <string>
#include <string_view>

#include "table/table.hpp"

namespace maxtrick::table {

// The formats of render().
enum class Format { table, csv, json };

// `table` has aligned columns, and `csv` is the format on disk. `json` is an array of objects. The
// finite numbers of bounded and info columns are JSON numbers. All other cells are text, because
// JSON has no nan and no inf.
[[nodiscard]] std::string render(const ResultTable& table, Format format);

}  // namespace maxtrick::table
