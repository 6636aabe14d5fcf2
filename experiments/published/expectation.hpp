// What a document says of a figure: digits, or a claim in words.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace maxtrick::published {

struct Expectation {
  std::string claim = {};
  config::Range limits = {};              // of the claim
  std::vector<std::string> printed = {};  // where there is no claim: numbers, as text
};

// Reads claim, with at_least or at_most or both, or else printed. Errors are noted in the config.
[[nodiscard]] Expectation read_expectation(config::Section& section);

}  // namespace maxtrick::published
