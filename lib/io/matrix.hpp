// Matrices from outside: given as text, as CSV, or as NumPy's .npy; and written as .npy.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace maxtrick::io {

// What is wrong with an input, with its place: "x.csv:3:7: 'abc' is not a number".
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class NumberType { float32, float64, int32, int64 };

// rows x columns in C order. Other types than double are held in it, without loss.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;
  bool one_dimensional = false;         // a vector: one row
  std::optional<NumberType> type = {};  // what the file holds; nothing for text
};

// "1,2,3;4,5,6": rows parted by ';', numbers by ','; nan, inf and -inf are numbers; blanks are
// ignored. One row is a vector. `name` stands in errors ("--logits:1:7: ..."). Rows of unequal
// length, empty rows and an empty text are errors.
[[nodiscard]] Matrix parse_matrix(std::string_view text, std::string_view name);

// A file ending in .npy (float32, float64, int32 or int64, little-endian, 1-D or 2-D, C or Fortran
// order, format version 1, 2 or 3), or any other as CSV: one row a line, as above with '\n' for
// ';', blank lines and lines that start with # ignored. A dimension of 0 is an error, and so is an
// int64 beyond 2^53, which double need not hold. Throws InputError, or std::system_error where the
// file cannot be read.
[[nodiscard]] Matrix read_matrix(const std::filesystem::path& path);

// The same from the bytes of a .npy file called `name`.
[[nodiscard]] Matrix parse_npy(std::string_view bytes, std::string_view name);

// The bytes of a .npy file, format version 1.0: shape (columns,) where one_dimensional, else
// (rows, columns); dtype <f4, <f8, <i4 or <i8. float32 values are rounded to nearest; for an
// integer type they must be integers of it, else it throws std::invalid_argument.
[[nodiscard]] std::string to_npy(const Matrix& matrix, NumberType type);

}  // namespace maxtrick::io
