// Formats the errors of a config.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.hpp"
#include "text/quoted.hpp"

namespace maxtrick::config {
namespace {

constexpr std::size_t longest_line = 160;

using text::characters;
using text::printable;

// The line and, below it, the caret, each after a margin.
std::string excerpt(const Problem& problem) {
  const std::vector<std::string_view> line = characters(problem.source);
  const std::size_t caret = std::clamp<std::size_t>(problem.column, 1, line.size() + 1) - 1;
  std::size_t begin = 0;
  std::size_t end = line.size();
  if (line.size() > longest_line) {
    begin = std::min(caret - std::min(caret, longest_line / 2), line.size() - longest_line);
    end = begin + longest_line;
  }

  std::string shown = begin > 0 ? "..." : "";
  std::string indentation(shown.size(), ' ');
  for (std::size_t i = begin; i < end; ++i) {
    shown += line[i];
    // A tab in this line moves the caret as far as the tab above moves the text.
    if (i < caret) indentation += line[i] == "\t" ? '\t' : ' ';
  }
  if (end < line.size()) shown += "...";
  const std::string number = fmt::format("{:>5}", problem.line);
  return fmt::format("\n{} | {}\n{:{}} | {}^", number, shown, "", number.size(), indentation);
}

std::string block(const Problem& problem) {
  std::string result = fmt::format("{}:{}:{}: error: {}", text::shown_path(problem.file),
                                   problem.line, problem.column, printable(problem.message));
  if (problem.source.find_first_not_of(" \t") != std::string::npos) result += excerpt(problem);
  if (!problem.expected.empty()) {
    result += fmt::format("\n   expected {}", printable(problem.expected));
  }
  return result;
}

std::string blocks(const std::vector<Problem>& problems) {
  std::vector<std::string> result;
  for (const Problem& problem : problems) result.push_back(block(problem));
  return fmt::format("{}", fmt::join(result, "\n"));
}

}  // namespace

ConfigError::ConfigError(std::vector<Problem> problems)
    : std::runtime_error(blocks(problems)), problems_(std::move(problems)) {}

}  // namespace maxtrick::config
