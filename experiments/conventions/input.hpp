// The keys of a question's input.
#pragma once

#include <string>

#include "config/config.hpp"
#include "conventions/formulas.hpp"

namespace maxtrick::conventions {

struct Input {
  Given given;
  std::string text;  // such as "logits 1,2;3,4, labels 0,1"
};

// Reads the keys that the question needs, and checks that their sizes and labels fit together.
[[nodiscard]] Input read_input(config::Section& section, const Question& question);

}  // namespace maxtrick::conventions
