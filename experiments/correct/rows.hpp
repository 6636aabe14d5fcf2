// Random rows of logits, of kinds that together reach every path of the kernels.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "numerics/random.hpp"

namespace maxtrick::correct {

struct Kind {
  std::string name;
  std::string_view hazard;
  void (*fill)(numerics::Random& random, std::vector<float>& row);
};

[[nodiscard]] const std::vector<Kind>& kinds();

}  // namespace maxtrick::correct
