// A file of numbers that a config names.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace maxtrick::inputs {

struct MatrixFile {
  std::size_t rows = 0, columns = 0;
  std::vector<double> values = {};  // in C order
};

// Reads the file of io::read_array() whose path is at `key`. Returns nothing if there is an error,
// which is noted with `expected`, or if the file does not exist. The latter is an error, unless the
// section has the key
//   obtain = "how to get it"
// In this case `missing` becomes a text with the name of the file and how to get it, unless it names
// another one already.
[[nodiscard]] std::optional<MatrixFile> read_matrix_file(config::Section& section,
                                                         std::string_view key,
                                                         const std::string& expected,
                                                         std::string& missing);

}  // namespace maxtrick::inputs
