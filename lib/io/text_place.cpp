#include "io/text_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "io/files.hpp"
#include "io/number.hpp"
#include "text/quoted.hpp"

namespace maxtrick::io {
namespace {

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::optional<double> parse_value(std::string_view word) {
  if (word == "true" || word == "True") return 1;
  if (word == "false" || word == "False") return 0;
  return parse_number(word);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == text.npos) return text.substr(0, 0);
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_number(std::string_view word) { return parse_value(word).has_value(); }

void TextPlace::fail(std::string_view part, std::string_view message) const {
  const auto before = text.substr(0, static_cast<std::size_t>(part.data() - text.data()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto column = 1 + count_characters(before.substr(before.rfind('\n') + 1));
  throw InputError(fmt::format("{}:{}:{}: {}", text::shown_path(name), line, column, message));
}

double TextPlace::number(std::string_view word) const {
  word = trimmed(word);
  if (word.empty()) fail(word, "a number is missing");
  const auto value = parse_value(word);
  if (!value) fail(word, text::quoted(word) + " is not a number");
  return *value;
}

}  // namespace maxtrick::io
