// Reads the front of NumPy's file format,
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html: magic, version, length of
// the header, header (a padded Python dict).
#include "io/npy_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

#include "text/quoted.hpp"

namespace maxtrick::io {
namespace {

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
  Shape tuple() {
    Shape sizes;
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
    std::optional<Shape> shape;
  } header_;
};

}  // namespace

void fail_npy(std::string_view name, std::string_view message) {
  throw InputError(fmt::format("{}: {}", text::shown_path(name), message));
}

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

}  // namespace maxtrick::io
