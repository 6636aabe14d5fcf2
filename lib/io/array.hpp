// Arrays of any number of dimensions: literals, text files, and NumPy's .npy and .npz.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/files.hpp"
#include "io/number_type.hpp"

namespace maxtrick::io {

// The size of each dimension. An array without dimensions has one number.
using Shape = std::vector<std::size_t>;

// The most dimensions of an array, as in NumPy 2.
inline constexpr std::size_t max_dimensions = 64;

// Numbers in C order: the last index changes fastest. Numbers of other types are converted to double
// without loss; true is 1 and false is 0.
struct Array {
  Shape shape = {0};
  std::vector<double> values = {};
  std::optional<NumberType> type = {};  // the type in the file; no value for text
};

// The shape as Python writes it: "()", "(3,)", "(2, 3)".
[[nodiscard]] std::string shape_text(const Shape& shape);

// Parses a literal, which is one of
//   "1,2,3;4,5,6"       ';' separates rows and ',' separates numbers; one row has one dimension
//   "[[1,2],[3,4]]"     any number of dimensions, also with empty ones: "[]", "[[],[]]"
// nan, inf, -inf, true and false are numbers; blanks are ignored. Errors start with `name` and the
// place ("--logits:1:7: ..."): a word that is not a number, rows of unequal length, an empty text.
// Throws InputError.
[[nodiscard]] Array parse_array(std::string_view text, std::string_view name);

// Parses the text of a file: one row in each line. Numbers are separated by commas if the text
// contains one, else by tabs, else by blanks. Blank lines, lines that start with #, and a byte order
// mark are skipped. So is a first line of column names: it has as many cells as the next line, and
// each starts with a letter, '_' or a quote and is not a number. One row has one dimension. Errors
// are those of parse_array().
[[nodiscard]] Array parse_text(std::string_view text, std::string_view name);

// Parses the bytes of a .npy file of format version 1, 2 or 3: booleans, integers of 8 to 64 bits and
// floats of 16 to 64 bits, of either byte order, in C or Fortran order. Throws InputError, which
// starts with `name`, among others for an integer beyond 2^53, which double may not represent.
[[nodiscard]] Array parse_npy(std::string_view bytes, std::string_view name);

// Reads a file. The format is that of the name's end, .npy or .npz, or else that of the first bytes:
// .npy, .npz or text. "x.npz:logits" is the member logits.npy of x.npz; without a name, x.npz must
// have a single member. "-" is the standard input. Throws InputError, or std::system_error if the
// file cannot be read.
[[nodiscard]] Array read_array(const std::filesystem::path& path);

// The file that read_array() opens: x.npz for "x.npz:logits", and else the path itself.
[[nodiscard]] std::filesystem::path file_of_array(const std::filesystem::path& path);

// The bytes of a .npy file of format version 1.0, little-endian, in C order. Floats are rounded to
// nearest. For an integer type, the values must be integers of that type, and for booleans 0 or 1;
// otherwise it throws std::invalid_argument.
[[nodiscard]] std::string to_npy(const Array& array, NumberType type);

// An array of one or two dimensions as rows of equal length; one dimension is a single row. Throws
// InputError, which starts with `name`, for another number of dimensions and for a dimension of 0.
struct MatrixSize {
  std::size_t rows = 0, columns = 0;
};
[[nodiscard]] MatrixSize matrix_size(const Array& array, std::string_view name);

}  // namespace maxtrick::io
