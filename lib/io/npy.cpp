// Reads and writes the data of NumPy's file format; npy_header.cpp reads what precedes them.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "io/array.hpp"
#include "io/npy_header.hpp"
#include "numerics/small_float.hpp"
#include "text/quoted.hpp"

namespace maxtrick::io {
namespace {

static_assert(std::endian::native == std::endian::little, "'=' is little-endian");

constexpr std::size_t alignment = 64;  // of the data, so that the file can be memory-mapped

// The supported dtypes (npy_dtypes): kind and width in bytes.
struct Dtype {
  std::string_view code;
  NumberType type;
};
constexpr Dtype dtypes[] = {
    {"b1", NumberType::boolean}, {"i1", NumberType::int8},    {"i2", NumberType::int16},
    {"i4", NumberType::int32},   {"i8", NumberType::int64},   {"u1", NumberType::uint8},
    {"u2", NumberType::uint16},  {"u4", NumberType::uint32},  {"u8", NumberType::uint64},
    {"f2", NumberType::float16}, {"f4", NumberType::float32}, {"f8", NumberType::float64}};

// double represents every integer up to this one.
constexpr std::int64_t largest_integer = std::int64_t{1} << 53;

// Calls f(std::type_identity<T>) with the C++ type T of the number type.
template <class F>
auto with_type(NumberType type, F f) {
  switch (type) {
    case NumberType::boolean: return f(std::type_identity<bool>{});
    case NumberType::int8: return f(std::type_identity<std::int8_t>{});
    case NumberType::int16: return f(std::type_identity<std::int16_t>{});
    case NumberType::int32: return f(std::type_identity<std::int32_t>{});
    case NumberType::int64: return f(std::type_identity<std::int64_t>{});
    case NumberType::uint8: return f(std::type_identity<std::uint8_t>{});
    case NumberType::uint16: return f(std::type_identity<std::uint16_t>{});
    case NumberType::uint32: return f(std::type_identity<std::uint32_t>{});
    case NumberType::uint64: return f(std::type_identity<std::uint64_t>{});
    case NumberType::float16: return f(std::type_identity<numerics::Float16>{});
    case NumberType::float32: return f(std::type_identity<float>{});
    case NumberType::float64: break;
  }
  return f(std::type_identity<double>{});
}

struct FoundDtype {
  NumberType type;
  bool big_endian;
};

// Parses a dtype such as "<f4". '<' or '=' is little-endian, '>' big-endian, and '|' one byte.
FoundDtype parse_dtype(std::string_view descr, std::string_view name) {
  std::string_view code = descr;
  char order = '=';
  if (!code.empty() && std::string_view("<>=|").find(code[0]) != code.npos) {
    order = code[0];
    code.remove_prefix(1);
  }
  for (const auto& [known, type] : dtypes)
    if (code == known && (order != '|' || code[1] == '1')) return {type, order == '>'};
  fail_npy(name,
           fmt::format("dtype {} is not supported; expected {}", text::quoted(descr), npy_dtypes));
}

// The number of elements, or no value if they need more than SIZE_MAX bytes. Also the product of the
// other dimensions is limited if one is 0, so that users of the array can compute it.
std::optional<std::size_t> count_elements(const Shape& shape, std::size_t width) {
  std::size_t product = 1;
  bool empty = false;
  for (const std::size_t size : shape) {
    if (size == 0)
      empty = true;
    else if (product > SIZE_MAX / width / size)
      return std::nullopt;
    else
      product *= size;
  }
  return empty ? 0 : product;
}

template <class T>
double load(const char* data, bool big_endian) {
  std::array<char, sizeof(T)> raw;
  std::memcpy(raw.data(), data, sizeof(T));
  if (big_endian) std::reverse(raw.begin(), raw.end());
  if constexpr (std::is_same_v<T, bool>)
    return raw[0] != 0 ? 1 : 0;
  else
    return static_cast<double>(std::bit_cast<T>(raw));
}

// Throws InputError for a 64-bit integer beyond 2^53. `index` is that of the element in C order.
template <class T>
void require_held(const char* data, bool big_endian, std::size_t index, const Shape& shape,
                  std::string_view name) {
  std::array<char, sizeof(T)> raw;
  std::memcpy(raw.data(), data, sizeof(T));
  if (big_endian) std::reverse(raw.begin(), raw.end());
  const T value = std::bit_cast<T>(raw);
  if (!std::cmp_greater(value, largest_integer) && !std::cmp_less(value, -largest_integer)) return;
  Shape place(shape.size());
  for (std::size_t k = shape.size(); k-- > 0; index /= shape[k]) place[k] = index % shape[k];
  fail_npy(name, fmt::format("element {} (counted from 0) is {}; expected integers up to 2^53",
                             shape_text(place), value));
}

// Calls visit(element in C order, element in the file).
template <class Visit>
void each_element(const Shape& shape, std::size_t count, bool fortran_order, Visit visit) {
  Shape index(shape.size(), 0), strides(shape.size(), 1);
  for (std::size_t k = 1; k < shape.size(); ++k) strides[k] = strides[k - 1] * shape[k - 1];
  std::size_t there = 0;
  for (std::size_t here = 0; here < count; ++here) {
    visit(here, fortran_order ? there : here);
    if (!fortran_order) continue;
    for (std::size_t k = shape.size(); k-- > 0;) {
      there += strides[k];
      if (++index[k] < shape[k]) break;
      there -= strides[k] * shape[k];
      index[k] = 0;
    }
  }
}

template <class T>
T converted(double value) {
  if constexpr (std::is_integral_v<T>) {
    using Limits = std::numeric_limits<T>;
    // double represents both limits of the range; NaN is in no range.
    constexpr double beyond = 2 * static_cast<double>(std::uint64_t{1} << (Limits::digits - 1));
    const bool within = value >= static_cast<double>(Limits::min()) && value < beyond;
    if (!within || value != std::floor(value))
      throw std::invalid_argument(std::is_same_v<T, bool>
                                      ? fmt::format("{} is neither 0 nor 1", value)
                                      : fmt::format("{} is not an {}integer of {} bits", value,
                                                    std::is_unsigned_v<T> ? "unsigned " : "",
                                                    8 * sizeof(T)));
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

Array parse_npy(std::string_view bytes, std::string_view name) {
  NpyHeader header = take_npy_header(bytes, name);
  const auto [type, big_endian] = parse_dtype(header.descr, name);
  Array array{std::move(header.shape), {}, type};
  const Shape& shape = array.shape;
  if (shape.size() > max_dimensions)
    fail_npy(name, fmt::format("{} dimensions; expected at most {}", shape.size(), max_dimensions));
  with_type(type, [&, swap = big_endian]<class T>(std::type_identity<T>) {
    const auto count = count_elements(shape, sizeof(T));
    if (!count) fail_npy(name, fmt::format("shape {} is too large", shape_text(shape)));
    const std::size_t needed = *count * sizeof(T);
    if (bytes.size() != needed)
      fail_npy(name, fmt::format("{} bytes of data; shape {} of '{}' needs {}", bytes.size(),
                                 shape_text(shape), header.descr, needed));
    array.values.resize(*count);
    each_element(shape, *count, header.fortran_order, [&](std::size_t here, std::size_t there) {
      const char* const data = bytes.data() + there * sizeof(T);
      if constexpr (std::is_integral_v<T> && sizeof(T) == 8)
        require_held<T>(data, swap, here, shape, name);
      array.values[here] = load<T>(data, swap);
    });
  });
  return array;
}

std::string to_npy(const Array& array, NumberType type) {
  const auto* dtype = std::find_if(std::begin(dtypes), std::end(dtypes),
                                   [&](const Dtype& one) { return one.type == type; });
  std::string header =
      fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': {}, }}",
                  dtype->code[1] == '1' ? '|' : '<', dtype->code, shape_text(array.shape));
  const std::size_t front = npy_magic.size() + 2 + sizeof(std::uint16_t);
  const std::size_t end = (front + header.size() + 1 + alignment - 1) / alignment * alignment;
  header.resize(end - front - 1, ' ');
  header += '\n';

  std::string bytes{npy_magic};
  bytes += {1, 0};
  append(bytes, static_cast<std::uint16_t>(header.size()));
  bytes += header;
  with_type(type, [&]<class T>(std::type_identity<T>) {
    for (const double value : array.values) append(bytes, converted<T>(value));
  });
  return bytes;
}

}  // namespace maxtrick::io
