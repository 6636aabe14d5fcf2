#include "io/matrix.hpp"

#include <utility>

namespace maxtrick::io {
namespace {

Matrix as_matrix(Array array, std::string_view name) {
  const auto [rows, columns] = matrix_size(array, name);
  return {rows, columns, std::move(array.values), array.shape.size() == 1, array.type};
}

}  // namespace

Matrix parse_matrix(std::string_view text, std::string_view name) {
  return as_matrix(parse_array(text, name), name);
}

Matrix read_matrix(const std::filesystem::path& path) {
  return as_matrix(read_array(path), path.native());
}

std::string to_npy(const Matrix& matrix, NumberType type) {
  return to_npy(
      Array{matrix.one_dimensional ? Shape{matrix.columns} : Shape{matrix.rows, matrix.columns},
            matrix.values,
            {}},
      type);
}

}  // namespace maxtrick::io
