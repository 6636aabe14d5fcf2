#include "text/quoted.hpp"

#include <algorithm>

namespace maxtrick::text {
namespace {

constexpr std::size_t longest_path = 300;
constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// Control characters, to which a terminal would react: C0 except tab, DEL, and C1, whose characters
// have two bytes in UTF-8.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return (first < 0x20 && first != '\t') || first == 0x7F;
  return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

template <class Iterator>
std::string concatenated(Iterator begin, Iterator end) {
  std::string all;
  for (; begin != end; ++begin) all += *begin;
  return all;
}

}  // namespace

// See Unicode 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const auto follows = [&](std::size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xBF; };
  const unsigned first = byte(0);
  if (first < 0x80) return text.empty() ? 0 : 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool second = first == 0xE0 ? byte(1) >= 0xA0 : first != 0xED || byte(1) <= 0x9F;
    return second && follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool second = first == 0xF0 ? byte(1) >= 0x90 : first != 0xF4 || byte(1) <= 0x8F;
    return second && follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> result;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    result.push_back(length == 0 || is_control(character) ? replacement : character);
    text.remove_prefix(character.size());
  }
  return result;
}

std::string printable(std::string_view text) {
  const std::vector<std::string_view> all = characters(text);
  return concatenated(all.begin(), all.end());
}

std::string shown(std::string_view text, std::size_t longest) {
  // A character has at most four bytes, so the rest of a long text need not be looked at.
  const auto all = characters(text.substr(0, 4 * (longest + 1)));
  if (all.size() <= longest) return concatenated(all.begin(), all.end());
  return concatenated(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(longest)) + "...";
}

std::string quoted(std::string_view text) { return "'" + shown(text) + "'"; }

std::string shown_path(std::string_view path) {
  const auto all = characters(path);
  if (all.size() <= longest_path) return concatenated(all.begin(), all.end());
  constexpr std::ptrdiff_t half = longest_path / 2;
  return concatenated(all.begin(), all.begin() + half) + "..." +
         concatenated(all.end() - half, all.end());
}

}  // namespace maxtrick::text
