// Reading one value of a config.
#include "config/config_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace maxtrick::config {

void Value::fail(std::string message, std::string_view expected) const {
  const Place at = section.file->place(node.source());
  section.fail(key, at, std::move(message), std::string(expected));
}

void Value::is(std::string_view what, std::string_view expected) const {
  fail(fmt::format("{}{} is {}", noun, name, what), expected);
}

void Value::is_of_wrong_type(std::string_view expected) const { is(type_of(node), expected); }

std::string range_text(Range range) {
  const bool from = range.low > finite.low;
  const bool to = range.high < finite.high;
  if (from && to) return fmt::format("a number from {} to {}", range.low, range.high);
  if (from) return fmt::format("a finite number, at least {}", range.low);
  if (to) return fmt::format("a finite number, at most {}", range.high);
  const bool any = range.low < finite.low && range.high > finite.high;
  return any ? "a number" : "a finite number";
}

std::string range_text(std::int64_t low, std::int64_t high) {
  using Limits = std::numeric_limits<std::int64_t>;
  if (low > Limits::min() && high < Limits::max()) {
    return fmt::format("an integer from {} to {}", low, high);
  }
  if (low > Limits::min()) return fmt::format("an integer, at least {}", low);
  if (high < Limits::max()) return fmt::format("an integer, at most {}", high);
  return "an integer";
}

std::optional<std::string> read_text(const Value& value) {
  const auto* text = value.node.as_string();
  if (text == nullptr) {
    value.is_of_wrong_type("a text");
  } else if (text->get().empty()) {
    value.is("empty", "one character at least");
  } else {
    return text->get();
  }
  return std::nullopt;
}

std::optional<double> read_number(const Value& value, Range range) {
  double number = 0;
  if (const auto* real = value.node.as_floating_point()) {
    number = real->get();
  } else if (const auto* integer = value.node.as_integer()) {
    number = static_cast<double>(integer->get());
  } else {
    value.is_of_wrong_type(range_text(range));
    return std::nullopt;
  }
  const Range any = {};
  const bool special = range.low == any.low && range.high == any.high;
  const bool inside =
      number >= std::max(range.low, finite.low) && number <= std::min(range.high, finite.high);
  if (special || inside) return number;
  value.is(fmt::format("{}", number), range_text(range));
  return std::nullopt;
}

std::optional<std::string> read_choice(const Value& value, std::span<const std::string> words) {
  const auto* text = value.node.as_string();
  if (text == nullptr) {
    value.is_of_wrong_type(expected_one_of("", words));
    return std::nullopt;
  }
  if (std::find(words.begin(), words.end(), text->get()) != words.end()) return text->get();
  value.fail(
      fmt::format("{} is not a known value of {}", in_quotes(text->get()), in_quotes(value.key)),
      expected_one_of(text->get(), words));
  return std::nullopt;
}

}  // namespace maxtrick::config
