// Helpers of the config tests: they compare the exact text of the errors.
#pragma once

#include "config/config.hpp"
#include "test.hpp"

namespace maxtrick::tests {

using config::ConfigError;
using config::ConfigFile;
using config::Problem;
using config::Section;

using Words = std::vector<std::string>;

inline const Words ops = {"softmax", "log_softmax", "log_sum_exp", "cross_entropy"};

inline Words thirteen_names() {
  Words names;
  for (const char* algorithm : {"naive", "max_trick", "online", "fdlibm"}) {
    for (const char* isa : {"scalar", "avx2", "avx512"}) {
      names.push_back(std::string("softmax.") + algorithm + "." + isa);
    }
  }
  names.push_back("softmax.onednn");
  return names;
}

// Returns what `read` returns for a whole config.
template <class Read>
auto read_config(const std::string& text, Read read, const Words& overrides = {}) {
  ConfigFile file(text, "x.toml", overrides);
  Section root = file.root();
  auto result = read(root);
  file.finish();
  return result;
}

// Returns the message that reading `text` by `read`, including finish(), throws; "" if it does not throw.
template <class Read>
std::string errors(const std::string& text, Read read, const Words& overrides = {}) {
  try {
    read_config(
        text, [&](Section& root) { return static_cast<void>(read(root)), true; }, overrides);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

// Returns the message that the constructor throws.
inline std::string construction_errors(const std::string& text, const Words& overrides = {}) {
  try {
    const ConfigFile file(text, "x.toml", overrides);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

// One problem as the reader should report it. If `expected` is empty, there is no such line.
struct Reported {
  std::size_t line, column;
  std::string message;
  std::string expected = {};
};

// Returns the report of a problem. `source` is the text of the line; unless it is empty, it is shown with a
// caret below the column.
inline std::string report(const std::string& file, const Reported& problem,
                          const std::string& source) {
  std::string text =
      fmt::format("{}:{}:{}: error: {}", file, problem.line, problem.column, problem.message);
  if (!source.empty())
    text += fmt::format("\n{:5} | {}\n      | {:>{}}", problem.line, source, '^', problem.column);
  return problem.expected.empty() ? text : text + "\n   expected " + problem.expected;
}

// Returns the whole report of the problems in `text`.
inline std::string report(const std::string& text, const std::vector<Reported>& problems) {
  std::vector<std::string> lines, reports;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  for (const Reported& problem : problems)
    reports.push_back(report("x.toml", problem, lines.empty() ? "" : lines.at(problem.line - 1)));
  return fmt::format("{}", fmt::join(reports, "\n"));
}

// Checks that reading `text` by `read` reports exactly these problems, in this order.
template <class Read>
void check_errors(const std::string& text, Read read, const std::vector<Reported>& problems) {
  BOOST_TEST(errors(text, read) == report(text, problems));
}

}  // namespace maxtrick::tests
