// Any text as a config: it has errors, each with its place, or a plan.
#include "config/config.hpp"

#include "cli/session.hpp"
#include "fuzz.hpp"

using namespace maxtrick;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static fuzz::MemoryFile file;
  const std::string_view text = fuzz::text_of(data, size);
  try {
    for (const cli::Prepared& one :
         cli::prepare({.configs = {file.holding(text)}, .filter = "a"})) {
      fuzz::require(one.text == text, "the config is what was read");
      for (const run::Case& single : one.plan.cases)
        fuzz::require(single.key.text().find('a') != std::string::npos,
                      "the filter selects the cases");
    }
  } catch (const config::ConfigError& error) {
    for (const config::Problem& problem : error.problems())
      fuzz::require(problem.line >= 1 && problem.column >= 1, "an error has a place");
  }
  return 0;
}
