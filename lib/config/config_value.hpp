// One value of a config, a key's or an array element's, and how each kind is read. As
// config_state.hpp, only for the files that implement Section.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/config_state.hpp"

namespace maxtrick::config {

// A value, and what messages call it.
struct Value {
  SectionState& section;
  std::string_view key;
  const toml::node& node;
  std::string name;                // "'rows'", "element 2 of 'rows'"
  std::string_view noun = "key ";  // what goes before the name; nothing before an element's

  // Note an error here.
  void fail(std::string message, std::string_view expected) const;
  void is(std::string_view what, std::string_view expected) const;  // "key 'rows' is WHAT"
  void is_of_wrong_type(std::string_view expected) const;           // "key 'rows' is a string"
};

// "a number from 0 to 1": what is expected there.
[[nodiscard]] std::string range_text(Range range);
[[nodiscard]] std::string range_text(std::int64_t low, std::int64_t high);

// Each gives the value, or notes what is wrong with it.
[[nodiscard]] std::optional<std::string> read_text(const Value& value);
[[nodiscard]] std::optional<double> read_number(const Value& value, Range range);
[[nodiscard]] std::optional<std::string> read_choice(const Value& value,
                                                     std::span<const std::string> words);

}  // namespace maxtrick::config
