// Applies overrides KEY=VALUE to a config.
#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "config/config_state.hpp"
#include "text/quoted.hpp"

namespace maxtrick::config {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool is_bare_word(std::string_view text) {
  constexpr std::string_view allowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.*/-";
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

// Whether the text before '=' could begin a TOML document without being a key: a header, a comment,
// or either after a byte order mark. An unquoted key has only ASCII characters.
bool is_no_key(std::string_view key) {
  return key.empty() || key[0] == '[' || key[0] == '#' ||
         static_cast<unsigned char>(key[0]) >= 0x80;
}

// `from` has a single path: one table for each part of a dotted key. This follows the path and puts
// the value at its end into `onto`.
void lay_over(ConfigState& state, toml::table& onto, toml::table& from) {
  const toml::key key = from.begin()->first;
  toml::node& value = from.begin()->second;
  toml::node* const old = onto.get(key.str());
  toml::table* const deeper = value.as_table();
  if (old == nullptr || deeper == nullptr || deeper->is_inline()) {
    onto.insert_or_assign(key, std::move(value));
  } else if (old->is_table()) {
    lay_over(state, *old->as_table(), *deeper);
  } else {
    state.note(state.place(key.source()),
               fmt::format("{} is {}, not a table", text::quoted(key.str()), type_of(*old)),
               old->is_array()
                   ? "a path through tables, because --set cannot change an element of an "
                     "array"
                   : "a path through tables");
  }
}

}  // namespace

void ConfigState::apply_override(std::string text) {
  const Place start = {.document = documents.size()};
  const std::string_view whole = documents.emplace_back(Document{"--set", std::move(text)}).text;
  const std::size_t equals = whole.find('=');
  if (equals == std::string_view::npos) {
    return note(start, fmt::format("{} has no '='", text::quoted(whole)), "KEY=VALUE");
  }
  if (whole.find_first_of("\r\n") != std::string_view::npos) {
    return note(start, "an override contains a line break", "KEY=VALUE on one line");
  }
  const std::string_view key = trimmed(whole.substr(0, equals));
  if (is_no_key(key))
    return note(start, fmt::format("{} is not a key", text::quoted(key)), "KEY=VALUE");

  std::variant<toml::table, Fault> parsed = parse(whole);
  const std::string_view value = trimmed(whole.substr(equals + 1));
  if (std::holds_alternative<Fault>(parsed) && is_bare_word(value)) {
    // The quote is inserted where the value begins, so that the places of errors hold for the text
    // as the user gave it.
    const std::string before(whole.substr(0, whole.find(value, equals + 1)));
    std::variant<toml::table, Fault> as_text = parse(before + '"' + std::string(value) + '"');
    if (std::holds_alternative<toml::table>(as_text)) parsed = std::move(as_text);
  }
  if (const Fault* fault = std::get_if<Fault>(&parsed)) {
    return note(fault->place, fault->message,
                "KEY=VALUE with VALUE in TOML: a text in quotes, which may be omitted around a "
                "single word");
  }
  lay_over(*this, root, std::get<toml::table>(parsed));
}

}  // namespace maxtrick::config
