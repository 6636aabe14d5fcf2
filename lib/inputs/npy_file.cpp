#include "inputs/npy_file.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>
#include <utility>

#include "io/files.hpp"

namespace maxtrick::inputs {
namespace {

using io::NumberType;

std::size_t width(NumberType type) {
  return type == NumberType::float64 || type == NumberType::int64 ? 8 : 4;
}

}  // namespace

run::ExportedFile npy_file(std::string name, const io::Matrix& matrix, NumberType type) {
  std::string bytes = io::to_npy(matrix, type);
  const std::string shape = matrix.one_dimensional
                                ? fmt::format("{}", matrix.columns)
                                : fmt::format("{} x {}", matrix.rows, matrix.columns);
  const std::size_t numbers = width(type) * matrix.values.size();
  const std::string digest = io::sha256(std::string_view(bytes).substr(bytes.size() - numbers));
  return {std::move(name), std::move(bytes),
          fmt::format("{}, sha256 of the data {}", shape, digest)};
}

}  // namespace maxtrick::inputs
