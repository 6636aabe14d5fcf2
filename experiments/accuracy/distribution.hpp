// Rows of logits as a config describes them: either random rows for any number of classes and any
// seed, or the rows of a file.
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
  std::string hazard;  // what these rows provoke
  std::function<std::vector<double>(std::size_t classes, std::uint64_t seed)> row;
  // The number of rows and their number of classes; 0 classes stands for any number.
  std::size_t rows = std::numeric_limits<std::size_t>::max();
  std::size_t classes = 0;
  std::string missing = {};  // if the file is missing: its name and how to get it

  [[nodiscard]] bool has(std::size_t n) const { return classes == 0 || classes == n; }
};

// Reads the tables [[distribution]], each with name, hazard and
//   kind = "normal", scale = s              s z, z standard normal
//   kind = "uniform", low = a, high = b     uniform from a to b
//   kind = "heavy_tailed", scale = s        s z / sqrt(u), u uniform on (0, 1]: no variance
//   kind = "dominant", gap = g              one at 0, the others uniform from -g - 1 to -g
//   kind = "two_tops", gap = g              two at 0, the others as for "dominant"
//   kind = "equal", value = v               all v
//   kind = "file", path = "x.npy"
//     as read_logit_file, with its optional keys. Seed k selects row k of the (chosen) rows, counted
//     from 0; after the last row the first follows again. A file has one number of classes; for
//     others there are no rows.
// Kinds other than "file" may also have order = "up", "down" or "shuffled": the values of the row
// of that seed in that order. Random numbers are those of numerics::Random(seed), drawn from the
// first class to the last. The places of the leading logits are drawn after the values. The logits
// of a file must be finite in each of `dtypes`. Errors are noted in the config.
[[nodiscard]] std::vector<Distribution> read_distributions(
    config::Section& config, const std::vector<ops::DType>& dtypes = {});

}  // namespace maxtrick::accuracy
