// Strict configs: every error of a file at once, each with its place, before anything runs.
//
// An experiment reads its keys through Section; what it does not ask for is an unknown key. A
// getter that finds an error notes it and returns a harmless value, so that reading goes on to the
// next error; ConfigFile::finish() then throws all of them together. Reading throws nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace maxtrick::config {

// One thing wrong with a config.
struct Problem {
  std::string file;
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // from 1, in characters
  std::string message;     // "unknown key 'logit'"
  std::string expected;    // "one of: name, logits; did you mean 'logits'?"; may be empty
  std::string source;      // the line of the file; where it is blank, what() leaves it out
};

// All that is wrong with a config. what() shows it as
//   configs/x.toml:12:3: error: unknown key 'logit'
//      12 |   logit = [1, 2]
//         |   ^
//      expected one of: name, logits; did you mean 'logits'?
// one such block for each problem, in the order given (ConfigFile gives them in order of place),
// and nothing else. A long line is cut around the caret; what would upset a terminal is shown as
// U+FFFD.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(std::vector<Problem> problems);
  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

// The word of `words` nearest to `word` by edit distance, transpositions included and case not
// counted; else one that `word` begins, or is a part of; empty where none is near enough to be what
// was meant.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> words);

// "one of: a, b, c", and "; did you mean 'b'?" where there is one near to `word`. More than 12
// words are counted, not listed: "one of 30 names; did you mean 'softmax.naive.scalar'?".
[[nodiscard]] std::string expected_one_of(std::string_view word,
                                          std::span<const std::string> words);

struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};
// Any number but inf and nan.
inline constexpr Range finite = {std::numeric_limits<double>::lowest(),
                                 std::numeric_limits<double>::max()};

struct SectionState;
struct ConfigState;

// A table of a config. A light handle; the ConfigFile must outlive it.
//
// After an error text() and choice() give "", number() and integer() the number nearest to 0 in
// range, flag() false, table() a section in which nothing more is noted, tables() only what tables
// there are, and the other arrays one element at least, "" or 0 where it was wrong.
class Section {
 public:
  // Required keys.
  std::string text(std::string_view key);                 // not empty
  std::string file(std::string_view key);                 // a text, noted in ConfigFile::files()
  double number(std::string_view key, Range range = {});  // an integer will do; inf and nan only
                                                          // where `range` is the default
  std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high);
  std::size_t count(std::string_view key, std::int64_t low, std::int64_t high);  // low >= 0
  bool flag(std::string_view key);
  // A text out of `words`.
  std::string choice(std::string_view key, std::span<const std::string> words);
  // Arrays, not empty; numbers may be inf and nan.
  std::vector<std::string> texts(std::string_view key);
  std::vector<double> numbers(std::string_view key);
  std::vector<std::string> choices(std::string_view key, std::span<const std::string> words);
  std::vector<std::vector<double>> matrix(std::string_view key);  // rows of equal length
  // Sub-tables: one; and an array of them, not empty ([[key]] or inline).
  Section table(std::string_view key);
  std::vector<Section> tables(std::string_view key);

  // For optional keys: ask first. Asking makes the key known.
  [[nodiscard]] bool has(std::string_view key);
  [[nodiscard]] bool is_array(std::string_view key);
  [[nodiscard]] bool is_table(std::string_view key);

  // Notes an error of the experiment's own at the value of `key`, or at element `index` of the
  // array there (from 0), or at the section itself where there is no such key. A value in which a
  // getter found an error is not rejected again.
  void reject(std::string_view key, std::string message, std::string expected = {});
  void reject(std::string_view key, std::size_t index, std::string message,
              std::string expected = {});

  // No key of this section counts as unknown any more. For where an error leaves open which keys
  // belong here: those of an experiment that nobody knows, say.
  void ignore_rest();

  // "line 12", the place of the value of `key` ("line 1 of --set" where an override gave it), to
  // point to from another message ("first named on line 12"); of the section where there is none.
  [[nodiscard]] std::string line_of(std::string_view key);

 private:
  friend class ConfigFile;
  explicit Section(SectionState& state) : state_(&state) {}
  SectionState* state_;
};

class ConfigFile {
 public:
  // Parses `text`, which came from the file called `name`. `overrides` are KEY=VALUE, VALUE in TOML
  // (a bare word is taken as a string), KEY dotted; each replaces or adds a value, and an error in
  // it is placed in a file called "--set". Throws ConfigError for what is no TOML, and for
  // overrides that are malformed or lead through what is no table.
  ConfigFile(std::string text, std::string name, std::span<const std::string> overrides = {});
  ~ConfigFile();
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;

  [[nodiscard]] Section root();
  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] const std::string& name() const;
  // The files that the config names, as far as they were asked for: what its table is made of too.
  [[nodiscard]] const std::set<std::string>& files() const;

  // Throws ConfigError where any problem was noted or any key of a section that was handed out was
  // never asked for. A section that was never asked for is one unknown key, not many.
  void finish();

 private:
  std::unique_ptr<ConfigState> state_;
};

}  // namespace maxtrick::config
