// Strict configs: all errors of a file are reported together, each with its place, before anything
// runs.
//
// An experiment reads its keys through Section. A key that it never asks for is an unknown key. A
// getter that finds an error notes it and returns a harmless value, so that reading continues and
// finds further errors. ConfigFile::finish() then throws all of them together. Reading throws
// nothing else.
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

// One error in a config.
struct Problem {
  std::string file;
  std::size_t line = 0;    // from 1
  std::size_t column = 0;  // from 1, in characters
  std::string message;     // "unknown key 'logit'"
  std::string expected;    // "one of: name, logits; did you mean 'logits'?"; may be empty
  std::string source;      // the line of the file; what() omits it if it is blank
};

// All errors of a config. what() shows it as
//   configs/x.toml:12:3: error: unknown key 'logit'
//      12 |   logit = [1, 2]
//         |   ^
//      expected one of: name, logits; did you mean 'logits'?
// with one such block for each problem, in the order given (ConfigFile sorts them by place), and
// nothing else. A long line is cut around the caret. Characters that would disturb a terminal are
// shown as U+FFFD.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(std::vector<Problem> problems);
  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

// The word of `words` that is nearest to `word` by edit distance (with transpositions, ignoring
// case). Otherwise a word that starts with `word` or contains it. Empty if no word is near enough
// to be a plausible correction.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> words);

// "one of: a, b, c", followed by "; did you mean 'b'?" if a word is near to `word`. More than 12
// words are counted and not listed: "one of 30 names; did you mean 'softmax.naive.scalar'?".
[[nodiscard]] std::string expected_one_of(std::string_view word,
                                          std::span<const std::string> words);

// The numbers that a getter accepts, from low to high.
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};
// Any number except inf and nan.
inline constexpr Range finite = {std::numeric_limits<double>::lowest(),
                                 std::numeric_limits<double>::max()};

struct SectionState;
struct ConfigState;

// A table of a config. This is a light handle; the ConfigFile must outlive it.
//
// Values after an error: text() and choice() return ""; number() and integer() return the number in
// range that is nearest to 0; flag() returns false. table() returns a section in which no further
// error is noted; tables() returns only the tables that exist. The other arrays have at least one
// element, with "" or 0 for each invalid one.
class Section {
 public:
  // Required keys.
  std::string text(std::string_view key);                 // not empty
  double number(std::string_view key, Range range = {});  // an integer will do; inf and nan only
                                                          // where `range` is the default
  std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high);
  std::size_t count(std::string_view key, std::int64_t low, std::int64_t high);  // low >= 0
  bool flag(std::string_view key);
  // A text that is one of `words`.
  std::string choice(std::string_view key, std::span<const std::string> words);
  // Arrays, which must not be empty. Numbers may be inf and nan.
  std::vector<std::string> texts(std::string_view key);
  std::vector<double> numbers(std::string_view key);
  std::vector<std::string> choices(std::string_view key, std::span<const std::string> words);
  std::vector<std::vector<double>> matrix(std::string_view key);  // rows of equal length
  // Sub-tables: a single one, and a non-empty array of them ([[key]] or inline).
  Section table(std::string_view key);
  std::vector<Section> tables(std::string_view key);

  // Adds the path of a file that the config makes the program read to ConfigFile::files().
  void records_file(const std::string& path);

  // For optional keys: call these before a getter. They make the key known.
  [[nodiscard]] bool has(std::string_view key);
  [[nodiscard]] bool is_array(std::string_view key);
  [[nodiscard]] bool is_table(std::string_view key);

  // Notes an error that the experiment has found. Its place is the value of `key`, or element
  // `index` of the array there (from 0), or the section itself if there is no such key. A value in
  // which a getter has found an error is not rejected again.
  void reject(std::string_view key, std::string message, std::string expected = {});
  void reject(std::string_view key, std::size_t index, std::string message,
              std::string expected = {});

  // From now on no key of this section counts as unknown. For use after an error that leaves open
  // which keys belong here, such as the name of an unknown experiment.
  void ignore_rest();

  // The place of the value of `key`, such as "line 12", or "line 1 of --set" if it comes from an
  // override. Other messages refer to it ("first named on line 12"). If there is no such key, the
  // place of the section.
  [[nodiscard]] std::string line_of(std::string_view key);

 private:
  friend class ConfigFile;
  explicit Section(SectionState& state) : state_(&state) {}
  SectionState* state_;
};

// Whether two texts of a config request the same table: they have the same values, apart from title
// and description, which are only shown. Comments and the order of keys do not matter. False if
// either text is not TOML.
[[nodiscard]] bool request_the_same(std::string_view a, std::string_view b);

// A config file with its overrides.
class ConfigFile {
 public:
  // Parses `text`, the content of the file called `name`. `overrides` have the form KEY=VALUE, with
  // a dotted KEY and a VALUE in TOML (a bare word counts as a string). Each replaces or adds a
  // value; its errors are reported in a file called "--set". Throws ConfigError if the text is not
  // TOML, and for overrides that are malformed or whose key leads through a value that is not a
  // table.
  ConfigFile(std::string text, std::string name, std::span<const std::string> overrides = {});
  ~ConfigFile();
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;

  [[nodiscard]] Section root();
  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] const std::string& name() const;
  // The files that the config names, as far as getters have asked for them. The table depends on
  // them too.
  [[nodiscard]] const std::set<std::string>& files() const;

  // Throws ConfigError if any problem was noted, or if any key of a section that was handed out was
  // never asked for. A section that was never asked for counts as a single unknown key.
  void finish();

 private:
  std::unique_ptr<ConfigState> state_;
};

}  // namespace maxtrick::config
