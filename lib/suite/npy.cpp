// NumPy's file format, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html:
// magic, version, length of the header, header (a Python dict, padded), data.
#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "suite/matrix.hpp"

namespace maxtrick::suite {
namespace {

static_assert(std::endian::native == std::endian::little, "data are copied as they lie");

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t alignment = 64;  // of the data, so that they can be mapped

[[noreturn]] void fail(std::string_view name, std::string_view message) {
  throw InputError(fmt::format("{}: {}", name, message));
}

struct Header {
  std::optional<std::string> descr;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::size_t>> shape;
};

// Reads the one dict that the format allows, and no other Python.
class HeaderReader {
 public:
  HeaderReader(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  Header read() {
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
        fail(name_, fmt::format("header: unknown key '{}'", key));
      if (next_is(',')) continue;
      if (!next_is('}')) fail_expected("',' or '}'");
      break;
    }
    skip_blanks();
    if (at_ != text_.size()) fail_expected("the end");
    if (!header_.descr) fail(name_, "header: no key 'descr'");
    if (!header_.fortran_order) fail(name_, "header: no key 'fortran_order'");
    if (!header_.shape) fail(name_, "header: no key 'shape'");
    return header_;
  }

 private:
  [[noreturn]] void fail_expected(std::string_view what) const {
    fail(name_, fmt::format("header: expected {} at character {}", what, at_ + 1));
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
    if (place) fail(name_, fmt::format("header: key '{}' twice", key));
    place = std::move(value);
  }

  // No key or dtype that is read needs an escape.
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
    if (next_is('[')) fail(name_, "a structured dtype is not read; expected '<f4' or '<f8'");
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
    // "(3)" is a number in Python, no tuple.
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
    if (error == std::errc::result_out_of_range) fail(name_, "header: a dimension is too large");
    if (error != std::errc{}) fail_expected("a size");
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  std::string_view text_, name_;
  std::size_t at_ = 0;
  Header header_;
};

// Takes magic, version and header off the front of `bytes`.
Header take_header(std::string_view& bytes, std::string_view name) {
  if (!bytes.starts_with(magic)) fail(name, "not a .npy file: it does not start with \\x93NUMPY");
  bytes.remove_prefix(magic.size());
  if (bytes.size() < 2) fail(name, "cut off within the format version");
  const int major = static_cast<unsigned char>(bytes[0]);
  const int minor = static_cast<unsigned char>(bytes[1]);
  if (major < 1 || major > 3 || minor != 0)
    fail(name,
         fmt::format("format version {}.{} is not read; expected 1.0, 2.0 or 3.0", major, minor));
  bytes.remove_prefix(2);

  const std::size_t length_bytes = major == 1 ? 2 : 4;
  if (bytes.size() < length_bytes) fail(name, "cut off within the length of the header");
  std::uint32_t length = 0;
  std::memcpy(&length, bytes.data(), length_bytes);
  bytes.remove_prefix(length_bytes);
  if (bytes.size() < length)
    fail(name, fmt::format("cut off within the header: {} bytes of {}", bytes.size(), length));
  Header header = HeaderReader(bytes.substr(0, length), name).read();
  bytes.remove_prefix(length);
  return header;
}

template <class T>
std::vector<double> values(std::string_view data, const Matrix& matrix, bool fortran_order) {
  std::vector<double> result(matrix.rows * matrix.columns);
  for (std::size_t row = 0; row < matrix.rows; ++row)
    for (std::size_t column = 0; column < matrix.columns; ++column) {
      const std::size_t here = row * matrix.columns + column;
      const std::size_t there = fortran_order ? column * matrix.rows + row : here;
      T value;
      std::memcpy(&value, data.data() + there * sizeof(T), sizeof(T));
      result[here] = static_cast<double>(value);
    }
  return result;
}

template <class T>
void append(std::string& bytes, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof(T));
  bytes.append(raw, sizeof(T));
}

}  // namespace

Matrix parse_npy(std::string_view bytes, std::string_view name) {
  const Header header = take_header(bytes, name);
  const std::string& descr = *header.descr;
  const auto& shape = *header.shape;
  if (descr != "<f4" && descr != "<f8")
    fail(name, fmt::format("dtype '{}' is not read; expected '<f4' or '<f8'", descr));
  if (shape.empty() || shape.size() > 2)
    fail(name, fmt::format("{} dimensions where 1 or 2 are read", shape.size()));

  Matrix matrix;
  matrix.type = descr == "<f4" ? NumberType::float32 : NumberType::float64;
  matrix.one_dimensional = shape.size() == 1;
  matrix.rows = matrix.one_dimensional ? 1 : shape[0];
  matrix.columns = shape.back();
  const std::string shown = matrix.one_dimensional ? fmt::format("({},)", shape[0])
                                                   : fmt::format("({}, {})", shape[0], shape[1]);
  if (matrix.rows == 0 || matrix.columns == 0)
    fail(name, fmt::format("shape {} holds no numbers", shown));
  const std::size_t width = matrix.type == NumberType::float32 ? 4 : 8;
  if (matrix.rows > SIZE_MAX / width / matrix.columns)
    fail(name, fmt::format("shape {} is too large", shown));
  const std::size_t needed = matrix.rows * matrix.columns * width;
  if (bytes.size() != needed)
    fail(name, fmt::format("{} bytes of data where shape {} of '{}' needs {}", bytes.size(), shown,
                           descr, needed));

  matrix.values = width == 4 ? values<float>(bytes, matrix, *header.fortran_order)
                             : values<double>(bytes, matrix, *header.fortran_order);
  return matrix;
}

std::string to_npy(const Matrix& matrix, NumberType type) {
  const std::string shape = matrix.one_dimensional
                                ? fmt::format("({},)", matrix.columns)
                                : fmt::format("({}, {})", matrix.rows, matrix.columns);
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': {}, }}",
                                   type == NumberType::float32 ? "<f4" : "<f8", shape);
  const std::size_t front = magic.size() + 2 + sizeof(std::uint16_t);
  const std::size_t end = (front + header.size() + 1 + alignment - 1) / alignment * alignment;
  header.resize(end - front - 1, ' ');
  header += '\n';

  std::string bytes{magic};
  bytes += {1, 0};
  append(bytes, static_cast<std::uint16_t>(header.size()));
  bytes += header;
  for (const double value : matrix.values)
    if (type == NumberType::float32)
      append(bytes, static_cast<float>(value));
    else
      append(bytes, value);
  return bytes;
}

}  // namespace maxtrick::suite
