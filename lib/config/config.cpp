// A config as a whole: parses the text to tables, and collects all errors.
#include "config/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "config/config_state.hpp"
#include "text/quoted.hpp"

namespace maxtrick::config {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// toml++ skips the byte order mark and counts columns from the character after it.
std::string_view without_mark(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return text;
}

std::string line_in(const Document& document, std::size_t number) {
  std::string_view rest = without_mark(document.text);
  for (std::size_t line = 1; line < number; ++line) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return "";
    rest.remove_prefix(end + 1);
  }
  std::string_view line = rest.substr(0, rest.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return std::string(line);
}

// The first place where `text` is not valid UTF-8. toml++ detects this too, but reports a place one
// character too early.
std::optional<Place> first_invalid_character(std::string_view text, std::size_t document) {
  Place place = {.document = document};
  while (!text.empty()) {
    const std::size_t length = text::character_length(text);
    if (length == 0) return place;
    if (text.front() == '\n') {
      ++place.line;
      place.column = 1;
    } else {
      ++place.column;
    }
    text.remove_prefix(length);
  }
  return std::nullopt;
}

// Rephrases a message of toml++ such as "Error while parsing string: unknown escape".
std::string syntax_message(std::string_view description) {
  constexpr std::string_view preamble = "Error while parsing ";
  if (!description.starts_with(preamble)) return fmt::format("invalid TOML: {}", description);
  return fmt::format("invalid TOML in {}", description.substr(preamble.size()));
}

// Notes the unknown keys: those that no getter has asked for, in each section that was handed out.
void note_unknown_keys(ConfigState& state) {
  for (const auto& entry : state.sections) {
    const SectionState& section = entry.second;
    if (section.rest_ignored) continue;
    const std::vector<std::string> known(section.known.begin(), section.known.end());
    std::vector<std::string> absent = known;
    std::erase_if(absent, [&](const std::string& key) { return section.table->contains(key); });
    for (const auto& [key, value] : *section.table) {
      if (section.known.contains(key.str())) continue;
      std::string meant = nearest(key.str(), absent);
      if (meant.empty()) meant = nearest(key.str(), known);
      state.note(state.place(key.source()), fmt::format("unknown key {}", text::quoted(key.str())),
                 listed(known, "key") + did_you_mean(meant));
    }
  }
}

}  // namespace

Place ConfigState::place(const toml::source_region& region) const {
  const auto from = std::find_if(documents.begin(), documents.end(), [&](const Document& document) {
    return document.path == region.path;
  });
  const auto index = static_cast<std::size_t>(from - documents.begin());
  return {from == documents.end() ? 0 : index, region.begin.line, region.begin.column};
}

void ConfigState::note(const Place& at, std::string message, std::string expected) {
  const Document& document = documents[at.document];
  problems.push_back({at,
                      {document.name, at.line, at.column, std::move(message), std::move(expected),
                       line_in(document, at.line)}});
}

SectionState& ConfigState::section(const toml::table& table) {
  return sections.try_emplace(&table, SectionState{this, &table, place(table.source())})
      .first->second;
}

std::variant<toml::table, Fault> ConfigState::parse(std::string_view text) {
  const std::size_t index = documents.size() - 1;
  text = without_mark(text);
  if (const std::optional<Place> bad = first_invalid_character(text, index)) {
    return Fault{*bad, "invalid UTF-8"};
  }
  try {
    // Any non-empty path will do: each call of parse() creates its own path object, by which
    // place() finds the document.
    toml::table table = toml::parse(text, std::string_view("config"));
    documents.back().path = table.source().path;
    return table;
  } catch (const toml::parse_error& error) {
    const toml::source_position& at = error.source().begin;
    return Fault{{index, at.line, at.column}, syntax_message(error.description())};
  }
}

void ConfigState::raise(std::vector<NotedProblem> problems) {
  if (problems.empty()) return;
  const auto order = [](const NotedProblem& noted) {
    return std::tie(noted.place.document, noted.place.line, noted.place.column);
  };
  std::stable_sort(problems.begin(), problems.end(),
                   [&](const auto& a, const auto& b) { return order(a) < order(b); });
  std::vector<Problem> bare;
  std::set<std::tuple<std::size_t, std::size_t, std::size_t, std::string>> seen;
  for (NotedProblem& noted : problems) {
    // A key that was read twice notes the same error twice.
    if (!seen.insert(std::tuple_cat(order(noted), std::tie(noted.problem.message))).second)
      continue;
    bare.push_back(std::move(noted.problem));
  }
  throw ConfigError(std::move(bare));
}

bool request_the_same(std::string_view a, std::string_view b) {
  try {
    toml::table first = toml::parse(without_mark(a)), second = toml::parse(without_mark(b));
    for (const char* shown : {"title", "description"}) first.erase(shown), second.erase(shown);
    return first == second;
  } catch (const toml::parse_error&) {
    return false;
  }
}

ConfigFile::ConfigFile(std::string text, std::string name, std::span<const std::string> overrides)
    : state_(std::make_unique<ConfigState>()) {
  state_->nowhere.file = state_.get();
  state_->documents.push_back({std::move(name), std::move(text)});
  std::variant<toml::table, Fault> parsed = state_->parse(state_->documents.back().text);
  if (const Fault* fault = std::get_if<Fault>(&parsed)) {
    state_->note(fault->place, fault->message, "");
    ConfigState::raise(state_->problems);
  }
  state_->root = std::move(std::get<toml::table>(parsed));
  for (const std::string& text_of_override : overrides) state_->apply_override(text_of_override);
  ConfigState::raise(state_->problems);
}

ConfigFile::~ConfigFile() = default;

Section ConfigFile::root() { return Section(state_->section(state_->root)); }
const std::string& ConfigFile::text() const { return state_->documents.front().text; }
const std::string& ConfigFile::name() const { return state_->documents.front().name; }
const std::set<std::string>& ConfigFile::files() const { return state_->files; }

void ConfigFile::finish() {
  note_unknown_keys(*state_);
  ConfigState::raise(state_->problems);
}

}  // namespace maxtrick::config
