// What stands behind ConfigFile and Section. Only the files that implement them include this: it
// brings in toml++.
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

// A text that values came from: the file, or one override.
struct Document {
  std::string name;
  std::string text;
  toml::source_path_ptr path = {};  // what its nodes carry, and no other document's
};

struct Place {
  std::size_t document = 0;
  std::size_t line = 1;
  std::size_t column = 1;
};

// Why a text is no TOML.
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
  const toml::table* table = nullptr;  // null: stands for a table that is missing or no table
  Place place = {};
  std::set<std::string, std::less<>> known = {};   // the keys that were asked for
  std::set<std::string, std::less<>> failed = {};  // those in which a getter found an error
  bool rest_ignored = false;

  // The value of `key`, or null. The key is known from now on.
  const toml::node* find(std::string_view key);
  // As find(), and notes that the key is missing.
  const toml::node* require(std::string_view key, std::string_view expected);
  void fail(std::string_view key, const Place& at, std::string message, std::string expected);
};

struct ConfigState {
  std::deque<Document> documents;  // the file, then the overrides
  toml::table root;
  std::map<const toml::table*, SectionState> sections;  // those that were handed out
  SectionState nowhere;                                 // the one that stands for no table
  std::vector<NotedProblem> problems;
  std::set<std::string> files;  // that Section::file() handed out

  [[nodiscard]] Place place(const toml::source_region& region) const;
  void note(const Place& at, std::string message, std::string expected);
  SectionState& section(const toml::table& table);

  // The table that `text` holds; its nodes are places in the last document.
  std::variant<toml::table, Fault> parse(std::string_view text);
  // Makes `text` a document and lays its value over the root.
  void apply_override(std::string text);

  // Throws the problems, in order of place, where there are any.
  static void raise(std::vector<NotedProblem> problems);
};

// "a string", "an array": what a value is, for messages.
[[nodiscard]] std::string_view type_of(const toml::node& node);

// "'word'" for messages; a long word is cut.
[[nodiscard]] std::string in_quotes(std::string_view word);

// The words as expected_one_of() lists them, without a suggestion.
[[nodiscard]] std::string listed(std::span<const std::string> words, std::string_view kind);

// "; did you mean 'word'?", or nothing for no word.
[[nodiscard]] std::string did_you_mean(std::string_view word);

// How many bytes the character at the head of `text` takes; 0 where that is no valid UTF-8.
[[nodiscard]] std::size_t character_length(std::string_view text);

}  // namespace maxtrick::config
