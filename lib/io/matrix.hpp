// Reads matrices from text, CSV and NumPy's .npy, and writes .npy.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/files.hpp"

namespace maxtrick::io {

enum class NumberType { float32, float64, int32, int64 };

// A matrix of rows x columns in C order. Values of other types are converted to double without
// loss.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;
  bool one_dimensional = false;         // a vector: one row
  std::optional<NumberType> type = {};  // the type in the file; no value for text
};

// Parses "1,2,3;4,5,6": ';' separates rows and ',' separates numbers. nan, inf and -inf are
// numbers; blanks are ignored. One row is a vector. Errors start with `name` ("--logits:1:7: ...").
// Rows of unequal length, empty rows and an empty text are errors. Throws InputError.
[[nodiscard]] Matrix parse_matrix(std::string_view text, std::string_view name);

// Reads a file. If its name ends in .npy, it is in NumPy's format: float32, float64, int32 or
// int64, little-endian, 1-D or 2-D, C or Fortran order, format version 1, 2 or 3. Any other file is
// CSV: as for parse_matrix(), but with '\n' in place of ';', and without blank lines and lines that
// start with #. A dimension of 0 is an error, and so is an int64 beyond 2^53, which double may not
// represent. Throws InputError, or std::system_error if the file cannot be read.
[[nodiscard]] Matrix read_matrix(const std::filesystem::path& path);

// The same for the bytes of a .npy file called `name`.
[[nodiscard]] Matrix parse_npy(std::string_view bytes, std::string_view name);

// The bytes of a .npy file in format version 1.0. The shape is (columns,) if one_dimensional, else
// (rows, columns); the dtype is <f4, <f8, <i4 or <i8. float32 values are rounded to nearest. For an
// integer type, the values must be integers of that type; otherwise it throws
// std::invalid_argument.
[[nodiscard]] std::string to_npy(const Matrix& matrix, NumberType type);

}  // namespace maxtrick::io
