// Data sets in files: what read_data_set makes of `path` and `labels`.
#pragma once

#include <string>

#include "config/config.hpp"
#include "learn/data_set.hpp"

namespace maxtrick::inputs {

// As data_set.hpp has it. After an error, and where a file is not there, of which `missing` then
// tells, one row.
[[nodiscard]] learn::DataSet read_data_files(config::Section& section, std::string& missing);

}  // namespace maxtrick::inputs
