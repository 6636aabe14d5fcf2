// Numbers in a text, and the place of an error in it.
#pragma once

#include <string_view>

namespace maxtrick::io {

inline constexpr std::string_view blanks = " \t\r\n";

// The text without blanks at both ends. The result is a view into it, also if it is empty.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// A text with the name that errors give it.
struct TextPlace {
  std::string_view text, name;

  // Throws InputError with the line and the column of `part`, which must be a view into the text.
  // Columns count characters, not bytes.
  [[noreturn]] void fail(std::string_view part, std::string_view message) const;

  // Reads a number, true or false; there may be blanks around it.
  [[nodiscard]] double number(std::string_view word) const;
};

// Whether the word is a number, true or false.
[[nodiscard]] bool is_number(std::string_view word);

}  // namespace maxtrick::io
