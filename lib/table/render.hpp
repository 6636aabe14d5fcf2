// A table as text for a terminal, or for another program.
#pragma once

#include <string>
#include <string_view>

#include "table/table.hpp"

namespace maxtrick::table {

enum class Format { table, csv, json };

// table: aligned columns; csv: as on disk; json: an array of objects, in which the finite numbers
// of bounded and info columns are numbers, and all else is text (JSON has no nan and inf).
[[nodiscard]] std::string render(const ResultTable& table, Format format);

}  // namespace maxtrick::table
