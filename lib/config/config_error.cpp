// Formats the errors of a config.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config_state.hpp"

namespace maxtrick::config {
namespace {

constexpr std::size_t longest_line = 160;
constexpr std::size_t longest_word = 60;
constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// Control characters, to which a terminal would react: C0 except tab, DEL, and C1, whose characters
// have two bytes in UTF-8.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return (first < 0x20 && first != '\t') || first == 0x7F;
  return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

// The characters of `text`; those that cannot be shown are replaced.
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
  return fmt::format("{}", fmt::join(characters(text), ""));
}

// The line and, below it, the caret, each after a margin.
std::string excerpt(const Problem& problem) {
  const std::vector<std::string_view> line = characters(problem.source);
  const std::size_t caret = std::clamp<std::size_t>(problem.column, 1, line.size() + 1) - 1;
  std::size_t begin = 0;
  std::size_t end = line.size();
  if (line.size() > longest_line) {
    begin = std::min(caret - std::min(caret, longest_line / 2), line.size() - longest_line);
    end = begin + longest_line;
  }

  std::string shown = begin > 0 ? "..." : "";
  std::string indentation(shown.size(), ' ');
  for (std::size_t i = begin; i < end; ++i) {
    shown += line[i];
    // A tab in this line moves the caret as far as the tab above moves the text.
    if (i < caret) indentation += line[i] == "\t" ? '\t' : ' ';
  }
  if (end < line.size()) shown += "...";
  const std::string number = fmt::format("{:>5}", problem.line);
  return fmt::format("\n{} | {}\n{:{}} | {}^", number, shown, "", number.size(), indentation);
}

std::string block(const Problem& problem) {
  std::string result = fmt::format("{}:{}:{}: error: {}", printable(problem.file), problem.line,
                                   problem.column, printable(problem.message));
  if (problem.source.find_first_not_of(" \t") != std::string::npos) result += excerpt(problem);
  if (!problem.expected.empty()) {
    result += fmt::format("\n   expected {}", printable(problem.expected));
  }
  return result;
}

std::string blocks(const std::vector<Problem>& problems) {
  std::vector<std::string> result;
  for (const Problem& problem : problems) result.push_back(block(problem));
  return fmt::format("{}", fmt::join(result, "\n"));
}

}  // namespace

ConfigError::ConfigError(std::vector<Problem> problems)
    : std::runtime_error(blocks(problems)), problems_(std::move(problems)) {}

std::string in_quotes(std::string_view word) {
  std::vector<std::string_view> shown = characters(word);
  const bool cut = shown.size() > longest_word;
  if (cut) shown.resize(longest_word);
  return fmt::format("'{}{}'", fmt::join(shown, ""), cut ? "..." : "");
}

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

}  // namespace maxtrick::config
