// Command lines, an argument a line, given to the whole program. It only reads: `run` lists the rows that it
// would make of configs/, which scripts/fuzz copies there; other commands print their help.
#include <algorithm>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "fuzz.hpp"

int program_main(int argc, char** argv);

using namespace maxtrick;

namespace {

// Whether an argument could start the program of a plug-in, or undo --dry-run.
bool does_more(const std::string& argument) {
  return argument.find("plugin") != argument.npos || argument.find("dry-run") != argument.npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::text_of(data, size);
  std::vector<std::string> words;
  while (!text.empty()) words.emplace_back(fuzz::take_until(text, '\n'));
  if (words.empty() || std::any_of(words.begin(), words.end(), does_more)) return 0;
  words.insert(words.begin() + 1, words.front() == "run" ? "--dry-run" : "--help");
  words.insert(words.begin(), "maxtrick");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int code = program_main(static_cast<int>(words.size()), arguments.data());
  fuzz::require(code == cli::exit_holds || code == cli::exit_usage || code == cli::exit_incomplete,
                "the exit code says what is wrong with the command line");
  return 0;
}
