// Texts of the user, as messages show them: short, and without characters to which a terminal would
// react.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace maxtrick::text {

// The number of bytes of the first character of `text`; 0 if it is not valid UTF-8.
[[nodiscard]] std::size_t character_length(std::string_view text);

// The characters of `text`. Control characters (except tab) and invalid bytes are replaced by
// U+FFFD.
[[nodiscard]] std::vector<std::string_view> characters(std::string_view text);

// The text with these replacements.
[[nodiscard]] std::string printable(std::string_view text);

// The text with these replacements. Only the first `longest` characters of a longer one are shown,
// and "..." after them.
[[nodiscard]] std::string shown(std::string_view text, std::size_t longest = 60);

// The same in quotes. Messages show every value, key, cell and option with these functions, since it
// may hold anything.
[[nodiscard]] std::string quoted(std::string_view text);

// The number of characters that are shown of a cell and of the key of a row, which may be whole
// sentences.
inline constexpr std::size_t longest_cell = 300;

// A path, with these replacements. The middle of a path of more than 300 characters is left out,
// since its end names the file.
[[nodiscard]] std::string shown_path(std::string_view path);

}  // namespace maxtrick::text
