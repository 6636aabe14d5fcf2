// Random rows of logits as a config describes them, for any number of classes and any seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "suite/config.hpp"

namespace maxtrick::inputs {

struct Distribution {
  std::string name;
  std::string hazard;  // why these rows: what they provoke
  std::function<std::vector<double>(std::size_t classes, std::uint64_t seed)> row;
};

// Reads the tables [[distribution]], each with name, hazard and
//   kind = "normal", scale = s              s z, z standard normal
//   kind = "uniform", low = a, high = b     uniform from a to b
//   kind = "heavy_tailed", scale = s        s z / sqrt(u), u uniform on (0, 1]: no variance
//   kind = "dominant", gap = g              one at 0, the others uniform from -g - 1 to -g
//   kind = "two_tops", gap = g              two at 0, the others likewise
//   kind = "equal", value = v               all v
// and perhaps order = "up", "down" or "shuffled" (the values of a row of that seed, in that order).
// Random numbers are those of numerics::Random(seed), drawn from the first class to the last; the
// leaders stand at places drawn after them. Errors are noted in the config.
[[nodiscard]] std::vector<Distribution> read_distributions(suite::Section& config);

}  // namespace maxtrick::inputs
