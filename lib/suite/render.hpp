// A table as text for a terminal, or for another program.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "suite/table.hpp"

namespace maxtrick::suite {

enum class Format { table, csv, json };

// table: aligned columns; csv: as on disk; json: an array of objects, every cell a string or, where
// all of it reads as a finite number, a number.
[[nodiscard]] std::string render(const ResultTable& table, Format format);

}  // namespace maxtrick::suite
