// Random rows from which a search starts, each kind for a hazard.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "numerics/random.hpp"

namespace maxtrick::worst {

struct Kind {
  std::string name;
  std::string_view hazard;
  void (*fill)(numerics::Random& random, std::vector<double>& row);
};

// The numbers are the same on every machine: no kind calls libm.
[[nodiscard]] const std::vector<Kind>& kinds();

}  // namespace maxtrick::worst
