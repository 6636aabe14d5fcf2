// Reads a number from the text of a cell or an argument.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace maxtrick::io {

// The whole of `text` as a double (nan and inf included), or no value. One sign may precede the
// number.
[[nodiscard]] inline std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace maxtrick::io
