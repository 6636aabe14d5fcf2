// Arrays as matrices of rows x columns.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/array.hpp"

namespace maxtrick::io {

struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;
  bool one_dimensional = false;         // a vector: one row
  std::optional<NumberType> type = {};  // the type in the file; no value for text
};

// parse_array() and read_array() with matrix_size().
[[nodiscard]] Matrix parse_matrix(std::string_view text, std::string_view name);
[[nodiscard]] Matrix read_matrix(const std::filesystem::path& path);

// to_npy(). The shape is (columns,) if one_dimensional, else (rows, columns).
[[nodiscard]] std::string to_npy(const Matrix& matrix, NumberType type);

}  // namespace maxtrick::io
