// Reads a table of a config key by key, and notes its errors.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "config/config_state.hpp"
#include "text/quoted.hpp"

namespace maxtrick::config {
namespace {

// A value of a config, which belongs to a key or an array element, with its name for messages.
struct Value {
  SectionState& section;
  std::string_view key;
  const toml::node& node;
  std::string name;                // "'rows'", "element 2 of 'rows'"
  std::string_view noun = "key ";  // the text before the name; empty for an element

  // Each of these notes an error at this value.
  void fail(std::string message, std::string_view expected) const;
  void is(std::string_view what, std::string_view expected) const;  // "key 'rows' is WHAT"
  void is_of_wrong_type(std::string_view expected) const;           // "key 'rows' is a string"
};

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

// Each of these functions returns the value, or notes what is wrong with it.
std::optional<std::string> read_text(const Value& value) {
  const auto* text = value.node.as_string();
  if (text == nullptr) {
    value.is_of_wrong_type("a text");
  } else if (text->get().empty()) {
    value.is("empty", "at least one character");
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
  value.fail(fmt::format("{} is not a known value of {}", text::quoted(text->get()),
                         text::quoted(value.key)),
             expected_one_of(text->get(), words));
  return std::nullopt;
}

constexpr std::string_view one_element = "at least one element";

// The result of `read` for each element of the array `value`, or `harmless` if it finds an error; a
// single `harmless` if the array has no element. `element` is the word for an element in messages.
template <class T, class Read>
std::vector<T> read_elements(const Value& value, std::string_view element,
                             std::string_view expected, const T& harmless, Read read) {
  const toml::array* array = value.node.as_array();
  if (array == nullptr) {
    value.is_of_wrong_type(expected);
    return {harmless};
  }
  if (array->empty()) {
    value.is("empty", one_element);
    return {harmless};
  }
  std::vector<T> result;
  for (const toml::node& node : *array) {
    std::string name = fmt::format("{} {} of {}", element, result.size() + 1, value.name);
    const Value part = {value.section, value.key, node, std::move(name), ""};
    result.push_back(read(part).value_or(harmless));
  }
  return result;
}

// The value of `key`. If it is missing, notes that and returns no value.
std::optional<Value> require(SectionState& section, std::string_view key,
                             std::string_view expected) {
  const toml::node* node = section.require(key, expected);
  if (node == nullptr) return std::nullopt;
  return Value{section, key, *node, text::quoted(key)};
}

template <class T, class Read>
std::vector<T> require_elements(SectionState& section, std::string_view key,
                                std::string_view expected, const T& harmless, Read read) {
  const std::optional<Value> value = require(section, key, expected);
  if (!value) return {harmless};
  return read_elements(*value, "element", expected, harmless, read);
}

std::optional<std::vector<double>> read_row(const Value& value) {
  const auto read = [](const Value& element) { return read_number(element, {}); };
  return read_elements(value, "element", "an array of numbers", 0.0, read);
}

// Resizes all rows to the length of the first valid one, and notes an error for each row of another
// length.
void level_rows(const Value& value, std::vector<std::vector<double>>& rows) {
  const toml::array* array = value.node.as_array();
  std::size_t first = 0;  // the number of the first valid row, from 1; 0 before it is found
  std::size_t length = 1;
  for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
    const toml::array* row = (*array)[i].as_array();
    if (row == nullptr || row->empty()) continue;
    if (first == 0) {
      first = i + 1;
      length = row->size();
    } else if (row->size() != length) {
      const Value part = {value.section, value.key, *row, "", ""};
      part.fail(fmt::format("row {} of {} has length {}", i + 1, value.name, row->size()),
                fmt::format("length {}, as row {} has", length, first));
    }
  }
  for (std::vector<double>& row : rows) row.resize(length);
}

}  // namespace

std::string_view type_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a float";
    case toml::node_type::boolean: return "a boolean";
    case toml::node_type::date: return "a date";
    case toml::node_type::time: return "a time";
    case toml::node_type::date_time: return "a date and time";
    case toml::node_type::none: break;
  }
  return "nothing";
}

const toml::node* SectionState::find(std::string_view key) {
  if (table == nullptr) return nullptr;
  known.emplace(key);
  return table->get(key);
}

const toml::node* SectionState::require(std::string_view key, std::string_view expected) {
  const toml::node* node = find(key);
  if (node == nullptr)
    fail(key, place, fmt::format("missing key {}", text::quoted(key)), std::string(expected));
  return node;
}

void SectionState::fail(std::string_view key, const Place& at, std::string message,
                        std::string expected) {
  // If a table is missing, that error is noted at its own place already.
  if (table == nullptr) return;
  failed.emplace(key);
  file->note(at, std::move(message), std::move(expected));
}

bool Section::has(std::string_view key) { return state_->find(key) != nullptr; }

bool Section::is_array(std::string_view key) {
  const toml::node* node = state_->find(key);
  return node != nullptr && node->is_array();
}

bool Section::is_table(std::string_view key) {
  const toml::node* node = state_->find(key);
  return node != nullptr && node->is_table();
}

void Section::reject(std::string_view key, std::string message, std::string expected) {
  reject(key, static_cast<std::size_t>(-1), std::move(message), std::move(expected));
}

void Section::reject(std::string_view key, std::size_t index, std::string message,
                     std::string expected) {
  SectionState& section = *state_;
  if (section.table == nullptr || section.failed.contains(key)) return;
  Place at = section.place;
  if (const toml::node* node = section.table->get(key)) {
    section.known.emplace(key);  // rejecting a key makes it known
    const toml::array* array = node->as_array();
    const bool element = array != nullptr && index < array->size();
    at = section.file->place(element ? (*array)[index].source() : node->source());
  }
  section.file->note(at, std::move(message), std::move(expected));
}

void Section::ignore_rest() { state_->rest_ignored = true; }

std::string Section::line_of(std::string_view key) {
  const toml::node* node = state_->table == nullptr ? nullptr : state_->table->get(key);
  const Place at = node == nullptr ? state_->place : state_->file->place(node->source());
  const std::string line = fmt::format("line {}", at.line);
  return at.document == 0
             ? line
             : fmt::format("{} of {}", line, state_->file->documents[at.document].name);
}

std::string Section::text(std::string_view key) {
  const std::optional<Value> value = require(*state_, key, "a text");
  return value ? read_text(*value).value_or("") : "";
}

void Section::records_file(const std::string& path) { state_->file->files.insert(path); }

double Section::number(std::string_view key, Range range) {
  const double harmless = std::clamp(0.0, range.low, range.high);
  const std::optional<Value> value = require(*state_, key, range_text(range));
  return value ? read_number(*value, range).value_or(harmless) : harmless;
}

std::int64_t Section::integer(std::string_view key, std::int64_t low, std::int64_t high) {
  const std::string expected = range_text(low, high);
  const std::int64_t harmless = std::clamp<std::int64_t>(0, low, high);
  const std::optional<Value> value = require(*state_, key, expected);
  if (!value) return harmless;
  const auto* integer = value->node.as_integer();
  if (integer == nullptr) {
    value->is_of_wrong_type(expected);
    return harmless;
  }
  if (integer->get() >= low && integer->get() <= high) return integer->get();
  value->is(std::to_string(integer->get()), expected);
  return harmless;
}

std::size_t Section::count(std::string_view key, std::int64_t low, std::int64_t high) {
  return static_cast<std::size_t>(integer(key, low, high));
}

bool Section::flag(std::string_view key) {
  constexpr std::string_view expected = "true or false";
  const std::optional<Value> value = require(*state_, key, expected);
  if (!value) return false;
  if (const auto* flag = value->node.as_boolean()) return flag->get();
  value->is_of_wrong_type(expected);
  return false;
}

std::string Section::choice(std::string_view key, std::span<const std::string> words) {
  const std::optional<Value> value = require(*state_, key, expected_one_of("", words));
  return value ? read_choice(*value, words).value_or("") : "";
}

std::vector<std::string> Section::texts(std::string_view key) {
  return require_elements<std::string>(*state_, key, "an array of texts", "", read_text);
}

std::vector<double> Section::numbers(std::string_view key) {
  return require_elements<double>(*state_, key, "an array of numbers", 0.0,
                                  [](const Value& element) { return read_number(element, {}); });
}

std::vector<std::string> Section::choices(std::string_view key,
                                          std::span<const std::string> words) {
  const std::string expected = fmt::format("an array, each element {}", expected_one_of("", words));
  const auto read = [&](const Value& element) { return read_choice(element, words); };
  return require_elements<std::string>(*state_, key, expected, "", read);
}

std::vector<std::vector<double>> Section::matrix(std::string_view key) {
  constexpr std::string_view expected = "an array of rows, each an array of numbers";
  const std::vector<double> harmless = {0.0};
  const std::optional<Value> value = require(*state_, key, expected);
  if (!value) return {harmless};
  std::vector<std::vector<double>> rows =
      read_elements(*value, "row", expected, harmless, read_row);
  level_rows(*value, rows);
  return rows;
}

Section Section::table(std::string_view key) {
  constexpr std::string_view expected = "a table";
  if (const std::optional<Value> value = require(*state_, key, expected)) {
    if (const toml::table* table = value->node.as_table()) {
      return Section(state_->file->section(*table));
    }
    value->is_of_wrong_type(expected);
  }
  return Section(state_->file->nowhere);
}

std::vector<Section> Section::tables(std::string_view key) {
  const std::string expected = fmt::format("an array of tables ([[{}]])", key);
  const std::optional<Value> value = require(*state_, key, expected);
  if (!value) return {};
  const toml::array* array = value->node.as_array();
  if (array == nullptr) {
    value->is_of_wrong_type(expected);
    return {};
  }
  if (array->empty()) value->is("empty", one_element);
  std::vector<Section> result;
  for (std::size_t i = 0; i < array->size(); ++i) {
    const toml::node& node = (*array)[i];
    if (const toml::table* table = node.as_table()) {
      result.push_back(Section(state_->file->section(*table)));
    } else {
      const std::string name = fmt::format("element {} of {}", i + 1, value->name);
      Value{*state_, key, node, name, ""}.is_of_wrong_type("a table");
    }
  }
  return result;
}

}  // namespace maxtrick::config
