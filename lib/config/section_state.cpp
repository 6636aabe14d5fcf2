// What a section knows of its keys, and the errors noted in them.
#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "config/config_state.hpp"

namespace maxtrick::config {

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
    fail(key, place, fmt::format("missing key {}", in_quotes(key)), std::string(expected));
  return node;
}

void SectionState::fail(std::string_view key, const Place& at, std::string message,
                        std::string expected) {
  // What is wrong with a table that is not there was said where it should be.
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
    section.known.emplace(key);  // who rejects a key knows it
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

}  // namespace maxtrick::config
