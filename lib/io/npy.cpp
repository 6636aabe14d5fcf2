// NumPy's file format, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html:
// magic, version, length of the header, header (a Python dict, padded), data.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <type_traits>

#include "io/matrix.hpp"
#include "io/npy_header.hpp"

namespace maxtrick::io {
namespace {

static_assert(std::endian::native == std::endian::little, "data are copied as they lie");

constexpr std::size_t alignment = 64;  // of the data, so that they can be mapped

// What can be in a file (npy_dtypes), as numpy.dtype.str names it.
struct Dtype {
  std::string_view descr;
  NumberType type;
  std::size_t width;
};
constexpr Dtype dtypes[] = {{"<f4", NumberType::float32, 4},
                            {"<f8", NumberType::float64, 8},
                            {"<i4", NumberType::int32, 4},
                            {"<i8", NumberType::int64, 8}};
// double has every integer up to here.
constexpr std::int64_t largest_integer = std::int64_t{1} << 53;

// Calls f(std::type_identity<T>) for the C++ type that the number type is.
template <class F>
auto with_type(NumberType type, F f) {
  switch (type) {
    case NumberType::float32: return f(std::type_identity<float>{});
    case NumberType::int32: return f(std::type_identity<std::int32_t>{});
    case NumberType::int64: return f(std::type_identity<std::int64_t>{});
    case NumberType::float64: break;
  }
  return f(std::type_identity<double>{});
}

template <class T>
std::vector<double> values(std::string_view data, const Matrix& matrix, bool fortran_order,
                           std::string_view name) {
  std::vector<double> result(matrix.rows * matrix.columns);
  for (std::size_t row = 0; row < matrix.rows; ++row)
    for (std::size_t column = 0; column < matrix.columns; ++column) {
      const std::size_t here = row * matrix.columns + column;
      const std::size_t there = fortran_order ? column * matrix.rows + row : here;
      T value;
      std::memcpy(&value, data.data() + there * sizeof(T), sizeof(T));
      if constexpr (std::is_same_v<T, std::int64_t>)
        if (value > largest_integer || value < -largest_integer)
          fail_npy(name,
                   fmt::format("row {}, column {} (from 0) is {}; expected integers up to 2^53",
                               row, column, value));
      result[here] = static_cast<double>(value);
    }
  return result;
}

template <class T>
T converted(double value) {
  if constexpr (std::is_integral_v<T>) {
    // From -2^(n-1) to below 2^(n-1), both of which double has; NaN is in no range.
    constexpr auto beyond = -static_cast<double>(std::numeric_limits<T>::min());
    if (!(value >= -beyond && value < beyond && value == std::floor(value)))
      throw std::invalid_argument(fmt::format("{} is no integer of {} bits", value, 8 * sizeof(T)));
  }
  return static_cast<T>(value);
}

template <class T>
void append(std::string& bytes, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  bytes.append(raw, sizeof(T));
}

}  // namespace

Matrix parse_npy(std::string_view bytes, std::string_view name) {
  const NpyHeader header = take_npy_header(bytes, name);
  const std::string& descr = header.descr;
  const auto& shape = header.shape;
  const auto* dtype = std::find_if(std::begin(dtypes), std::end(dtypes),
                                   [&](const Dtype& one) { return one.descr == descr; });
  if (dtype == std::end(dtypes))
    fail_npy(name, fmt::format("dtype '{}' is not read; expected {}", descr, npy_dtypes));
  if (shape.empty() || shape.size() > 2)
    fail_npy(name, fmt::format("{} dimensions where 1 or 2 are read", shape.size()));

  Matrix matrix;
  matrix.type = dtype->type;
  matrix.one_dimensional = shape.size() == 1;
  matrix.rows = matrix.one_dimensional ? 1 : shape[0];
  matrix.columns = shape.back();
  const std::string shown = matrix.one_dimensional ? fmt::format("({},)", shape[0])
                                                   : fmt::format("({}, {})", shape[0], shape[1]);
  if (matrix.rows == 0 || matrix.columns == 0)
    fail_npy(name, fmt::format("shape {} holds no numbers", shown));
  if (matrix.rows > SIZE_MAX / dtype->width / matrix.columns)
    fail_npy(name, fmt::format("shape {} is too large", shown));
  const std::size_t needed = matrix.rows * matrix.columns * dtype->width;
  if (bytes.size() != needed)
    fail_npy(name, fmt::format("{} bytes of data where shape {} of '{}' needs {}", bytes.size(),
                               shown, descr, needed));

  matrix.values = with_type(dtype->type, [&]<class T>(std::type_identity<T>) {
    return values<T>(bytes, matrix, header.fortran_order, name);
  });
  return matrix;
}

std::string to_npy(const Matrix& matrix, NumberType type) {
  const std::string shape = matrix.one_dimensional
                                ? fmt::format("({},)", matrix.columns)
                                : fmt::format("({}, {})", matrix.rows, matrix.columns);
  const auto* dtype = std::find_if(std::begin(dtypes), std::end(dtypes),
                                   [&](const Dtype& one) { return one.type == type; });
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}", dtype->descr, shape);
  const std::size_t front = npy_magic.size() + 2 + sizeof(std::uint16_t);
  const std::size_t end = (front + header.size() + 1 + alignment - 1) / alignment * alignment;
  header.resize(end - front - 1, ' ');
  header += '\n';

  std::string bytes{npy_magic};
  bytes += {1, 0};
  append(bytes, static_cast<std::uint16_t>(header.size()));
  bytes += header;
  with_type(type, [&]<class T>(std::type_identity<T>) {
    for (const double value : matrix.values) append(bytes, converted<T>(value));
  });
  return bytes;
}

}  // namespace maxtrick::io
