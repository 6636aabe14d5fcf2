// Rows of logits in a file that a config names.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "ops/dtype.hpp"

namespace maxtrick::inputs {

struct LogitFile {
  std::vector<std::size_t> numbers = {};  // of the chosen rows in the file, counted from 0
  std::size_t classes = 0;
  std::vector<double> logits = {};  // of the chosen rows, in C order
  std::size_t rows_in_file = 0;     // 0 if the file is missing or has an error
  std::string missing = {};         // if the file does not exist: its name, and how to get it

  [[nodiscard]] std::size_t rows() const { return numbers.size(); }
  [[nodiscard]] std::span<const double> row(std::size_t i) const {
    return std::span(logits).subspan(i * classes, classes);
  }
};

enum class SpecialLogits { refused, allowed };  // NaN and infinities

// Reads the file at once. The keys of the section are
//   path = "x.npy"              a file of io::read_array
//   row_numbers = [0, 7]        optional: the rows that are taken, counted from 0, instead of all
//   obtain = "how to get it"    optional: the file may be missing; `missing` then says so
// Errors are noted in the config: a file that is not a matrix, a row that it does not have, and
// logits that are not finite in one of the types.
[[nodiscard]] LogitFile read_logit_file(config::Section& section,
                                        const std::vector<ops::DType>& dtypes,
                                        SpecialLogits special = SpecialLogits::refused);

// Whether the value at `key` describes a file, by a table with a path:
//   logits = { path = "x.npy", ... }
[[nodiscard]] bool names_logit_file(config::Section& section, std::string_view key);

// The row of a file as a case of its own. Its name is `name`, and "-NUMBER" if there are several.
struct NamedRow {
  std::string name;
  std::size_t number;          // in the file, counted from 0
  std::vector<double> logits;  // none if the file is missing
  std::string missing;
};

// Reads such a table. An experiment that has a row of its table for each row of the file can take
// 1000 of them. If the file is missing, the names are those of `row_numbers`, or the name alone.
// There is at least one row, also after an error.
[[nodiscard]] std::vector<NamedRow> read_named_rows(config::Section& section, std::string_view key,
                                                    const std::string& name,
                                                    const std::vector<ops::DType>& dtypes,
                                                    SpecialLogits special = SpecialLogits::refused);

}  // namespace maxtrick::inputs
