// A question as a config states it: the input, and what each framework defines.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"
#include "conventions/formulas.hpp"

namespace maxtrick::conventions {

// The frameworks that a config may name.
[[nodiscard]] const std::vector<std::string>& framework_names();

// A framework, the version of its files, unless a definition names another one, and their repository.
struct Framework {
  std::string name, version, repository;
};

// What a framework defines for a question. `formula` is null if its files do not define it.
struct Definition {
  std::string framework, version, file, note;  // the file with its repository
  const Formula* formula = nullptr;
  bool run = false;  // whether the test of the installed frameworks runs it
};

struct Stated {
  const Question* question = nullptr;
  std::string asks, source;
  Given given;
  std::string input;  // the same, as text
  const Formula* ours = nullptr;
  std::vector<Definition> definitions;  // one for each framework
};

// Reads [[framework]]. Each may appear once.
[[nodiscard]] std::vector<Framework> read_frameworks(config::Section& config);

// Reads a [[question]]. Notes an error for an unknown name, for an input that is not that of the
// question, and for a framework that is named twice or not at all.
[[nodiscard]] Stated read_question(config::Section& section,
                                   const std::vector<Framework>& frameworks);

}  // namespace maxtrick::conventions
