// The state that ConfigFile and Section share. Only the files that implement them include this
// header, because it includes toml++.
#pragma once

#include <toml++/toml.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.hpp"

namespace maxtrick::config {

// A text that is the source of values: the file, or one override.
struct Document {
  std::string name;
  std::string text;
  toml::source_path_ptr path = {};  // the path object of its nodes, which no other document has
};

struct Place {
  std::size_t document = 0;
  std::size_t line = 1;
  std::size_t column = 1;
};

// The reason why a text is not TOML.
struct Fault {
  Place place;
  std::string message;
};

struct NotedProblem {
  Place place;
  Problem problem;
};

struct SectionState {
  ConfigState* file = nullptr;
  const toml::table* table = nullptr;  // null: represents a table that is missing or is not a table
  Place place = {};
  std::set<std::string, std::less<>> known = {};  // the keys that were asked for
  // Keys in whose values a getter has found an error.
  std::set<std::string, std::less<>> failed = {};
  bool rest_ignored = false;

  // The value of `key`, or null. Makes the key known.
  const toml::node* find(std::string_view key);
  // Like find(), but notes an error if the key is missing.
  const toml::node* require(std::string_view key, std::string_view expected);
  void fail(std::string_view key, const Place& at, std::string message, std::string expected);
};

struct ConfigState {
  std::deque<Document> documents;  // the file, then the overrides
  toml::table root;
  std::map<const toml::table*, SectionState> sections;  // the sections that were handed out
  // Represents every value that is not a table.
  SectionState nowhere;
  std::vector<NotedProblem> problems;
  std::set<std::string> files;  // paths that Section::records_file() added

  [[nodiscard]] Place place(const toml::source_region& region) const;
  void note(const Place& at, std::string message, std::string expected);
  SectionState& section(const toml::table& table);

  // Parses `text`, which is the last document: places of the nodes refer to it.
  std::variant<toml::table, Fault> parse(std::string_view text);
  // Adds `text` as a document and applies its value to the root.
  void apply_override(std::string text);

  // Throws the problems, sorted by place, if there are any.
  static void raise(std::vector<NotedProblem> problems);
};

// The type of a value for messages: "a string", "an array".
[[nodiscard]] std::string_view type_of(const toml::node& node);

// The list of words that expected_one_of() uses, without a suggestion.
[[nodiscard]] std::string listed(std::span<const std::string> words, std::string_view kind);

// "; did you mean 'word'?", or nothing if the word is empty.
[[nodiscard]] std::string did_you_mean(std::string_view word);

}  // namespace maxtrick::config
