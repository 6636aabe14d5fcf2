// Rows of logits as a config describes them: random ones for any number of classes and any seed, or
// those of a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "ops/dtype.hpp"

namespace maxtrick::accuracy {

struct Distribution {
  std::string name;
  std::string hazard;  // why these rows: what they provoke
  std::function<std::vector<double>(std::size_t classes, std::uint64_t seed)> row;
  // How many rows there are, and of how many classes; 0: of any number.
  std::size_t rows = std::numeric_limits<std::size_t>::max();
  std::size_t classes = 0;
  std::string missing = {};  // where the file is not there: which, and how to get it

  [[nodiscard]] bool has(std::size_t n) const { return classes == 0 || classes == n; }
};

// Reads the tables [[distribution]], each with name, hazard and
//   kind = "normal", scale = s              s z, z standard normal
//   kind = "uniform", low = a, high = b     uniform from a to b
//   kind = "heavy_tailed", scale = s        s z / sqrt(u), u uniform on (0, 1]: no variance
//   kind = "dominant", gap = g              one at 0, the others uniform from -g - 1 to -g
//   kind = "two_tops", gap = g              two at 0, the others likewise
//   kind = "equal", value = v               all v
//   kind = "file", path = "x.npy", obtain = "how to get it"
//     as read_logit_file; of seed k row k of the file, from 0, and after the last row the first
//     again. A file has one number of classes: for others there are no rows
// and, but for a file, perhaps order = "up", "down" or "shuffled" (the values of a row of that
// seed, in that order). Random numbers are those of numerics::Random(seed), drawn from the first
// class to the last; the leaders stand at places drawn after them. Errors are noted in the config.
// `dtypes`: in which a file's logits must be finite.
[[nodiscard]] std::vector<Distribution> read_distributions(
    config::Section& config, const std::vector<ops::DType>& dtypes = {});

}  // namespace maxtrick::accuracy
