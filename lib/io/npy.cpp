// Reads and writes NumPy's file format,
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html: magic, version, length of
// the header, header (a padded Python dict), data.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <type_traits>

#include "io/matrix.hpp"
#include "text/quoted.hpp"

namespace maxtrick::io {
namespace {

constexpr std::string_view npy_magic = "\x93NUMPY";
// The dtypes that can be read.
constexpr std::string_view npy_dtypes = "'<f4', '<f8', '<i4' or '<i8'";

struct NpyHeader {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::size_t> shape;
};

[[noreturn]] void fail_npy(std::string_view name, std::string_view message) {
  throw InputError(fmt::format("{}: {}", text::shown_path(name), message));
}

// Parses the single Python dict that the format allows, and no other Python.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  NpyHeader read() {
    expect('{');
    while (!next_is('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr")
        set(header_.descr, key, dtype());
      else if (key == "fortran_order")
        set(header_.fortran_order, key, boolean());
      else if (key == "shape")
        set(header_.shape, key, tuple());
      else
        fail_npy(name_, "header: unknown key " + text::quoted(key));
      if (next_is(',')) continue;
      if (!next_is('}')) fail_expected("',' or '}'");
      break;
    }
    skip_blanks();
    if (at_ != text_.size()) fail_expected("the end");
    if (!header_.descr) fail_npy(name_, "header: no key 'descr'");
    if (!header_.fortran_order) fail_npy(name_, "header: no key 'fortran_order'");
    if (!header_.shape) fail_npy(name_, "header: no key 'shape'");
    return {*header_.descr, *header_.fortran_order, *header_.shape};
  }

 private:
  [[noreturn]] void fail_expected(std::string_view what) const {
    fail_npy(name_, fmt::format("header: expected {} at character {}", what, at_ + 1));
  }
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  bool next_is(std::string_view token) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  bool next_is(char c) { return next_is(std::string_view(&c, 1)); }
  void expect(char c) {
    if (!next_is(c)) fail_expected(fmt::format("'{}'", c));
  }

  template <class T>
  void set(std::optional<T>& place, const std::string& key, T value) {
    if (place) fail_npy(name_, fmt::format("header: key '{}' occurs twice", key));
    place = std::move(value);
  }

  // A string without escapes: no supported key or dtype needs one.
  std::string string() {
    const char quote = next_is('"') ? '"' : '\'';
    if (quote == '\'' && !next_is('\'')) fail_expected("a string");
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= ' ' && text_[at_] <= '~' && text_[at_] != '\\' &&
           text_[at_] != quote)
      ++at_;
    if (at_ == text_.size() || text_[at_] != quote) fail_expected("the end of a string");
    return std::string(text_.substr(begin, at_++ - begin));
  }
  std::string dtype() {
    if (next_is('['))
      fail_npy(name_, fmt::format("structured dtypes are not supported; expected {}", npy_dtypes));
    return string();
  }
  bool boolean() {
    if (next_is("True")) return true;
    if (next_is("False")) return false;
    fail_expected("True or False");
  }
  std::vector<std::size_t> tuple() {
    std::vector<std::size_t> sizes;
    bool comma = true;
    expect('(');
    while (!next_is(')')) {
      if (!comma) fail_expected("',' or ')'");
      sizes.push_back(size());
      comma = next_is(',');
    }
    // In Python "(3)" is a number, not a tuple.
    if (sizes.size() == 1 && !comma) {
      --at_;
      fail_expected("',' in a tuple of one");
    }
    return sizes;
  }
  std::size_t size() {
    skip_blanks();
    std::size_t value = 0;
    const auto [end, error] =
        std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error == std::errc::result_out_of_range)
      fail_npy(name_, "header: a dimension is too large");
    if (error != std::errc{}) fail_expected("a size");
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  std::string_view text_, name_;
  std::size_t at_ = 0;
  struct {
    std::optional<std::string> descr;
    std::optional<bool> fortran_order;
    std::optional<std::vector<std::size_t>> shape;
  } header_;
};

// Removes magic, version and header from the front of `bytes`. Throws InputError, with `name`.
NpyHeader take_npy_header(std::string_view& bytes, std::string_view name) {
  if (!bytes.starts_with(npy_magic))
    fail_npy(name, "not a .npy file: it does not start with \\x93NUMPY");
  bytes.remove_prefix(npy_magic.size());
  if (bytes.size() < 2) fail_npy(name, "the file ends within the format version");
  const int major = static_cast<unsigned char>(bytes[0]);
  const int minor = static_cast<unsigned char>(bytes[1]);
  if (major < 1 || major > 3 || minor != 0)
    fail_npy(name, fmt::format("format version {}.{} is not supported; expected 1.0, 2.0 or 3.0",
                               major, minor));
  bytes.remove_prefix(2);

  const std::size_t length_bytes = major == 1 ? 2 : 4;
  if (bytes.size() < length_bytes) fail_npy(name, "the file ends within the length of the header");
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data(), length_bytes);
  bytes.remove_prefix(length_bytes);
  if (bytes.size() < length)
    fail_npy(name,
             fmt::format("the file ends within the header: {} bytes of {}", bytes.size(), length));
  NpyHeader header = HeaderReader(bytes.substr(0, length), name).read();
  bytes.remove_prefix(length);
  return header;
}

static_assert(std::endian::native == std::endian::little, "data are copied as they lie");

constexpr std::size_t alignment = 64;  // of the data, so that the file can be memory-mapped

// The supported dtypes (npy_dtypes), with their names as in numpy.dtype.str.
struct Dtype {
  std::string_view descr;
  NumberType type;
  std::size_t width;
};
constexpr Dtype dtypes[] = {{"<f4", NumberType::float32, 4},
                            {"<f8", NumberType::float64, 8},
                            {"<i4", NumberType::int32, 4},
                            {"<i8", NumberType::int64, 8}};
// double represents every integer up to this one.
constexpr std::int64_t largest_integer = std::int64_t{1} << 53;

// Calls f(std::type_identity<T>) with the C++ type T of the number type.
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
          fail_npy(
              name,
              fmt::format("row {}, column {} (counted from 0) is {}; expected integers up to 2^53",
                          row, column, value));
      result[here] = static_cast<double>(value);
    }
  return result;
}

template <class T>
T converted(double value) {
  if constexpr (std::is_integral_v<T>) {
    // The range is from -2^(n-1) to below 2^(n-1); double represents both limits. NaN is in no
    // range.
    constexpr auto beyond = -static_cast<double>(std::numeric_limits<T>::min());
    if (!(value >= -beyond && value < beyond && value == std::floor(value)))
      throw std::invalid_argument(
          fmt::format("{} is not an integer of {} bits", value, 8 * sizeof(T)));
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
    fail_npy(name, fmt::format("dtype {} is not supported; expected {}", text::quoted(descr),
                               npy_dtypes));
  if (shape.empty() || shape.size() > 2)
    fail_npy(name, fmt::format("{} dimensions; expected 1 or 2", shape.size()));

  Matrix matrix;
  matrix.type = dtype->type;
  matrix.one_dimensional = shape.size() == 1;
  matrix.rows = matrix.one_dimensional ? 1 : shape[0];
  matrix.columns = shape.back();
  const std::string shown = matrix.one_dimensional ? fmt::format("({},)", shape[0])
                                                   : fmt::format("({}, {})", shape[0], shape[1]);
  if (matrix.rows == 0 || matrix.columns == 0)
    fail_npy(name, fmt::format("shape {} contains no numbers", shown));
  if (matrix.rows > SIZE_MAX / dtype->width / matrix.columns)
    fail_npy(name, fmt::format("shape {} is too large", shown));
  const std::size_t needed = matrix.rows * matrix.columns * dtype->width;
  if (bytes.size() != needed)
    fail_npy(name, fmt::format("{} bytes of data; shape {} of '{}' needs {}", bytes.size(), shown,
                               descr, needed));

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
