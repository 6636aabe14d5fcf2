// Sets of logits, rows x classes, as a config describes them: a file, or generated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "ops/dtype.hpp"

namespace maxtrick::low_precision {

struct LogitSet {
  std::string name, hazard, source;
  std::size_t rows = 0, classes = 0;
  double scale = 1, offset = 0;
  std::uint64_t seed = 0;
  std::vector<double> file = {};  // what the file holds
  std::string missing = {};       // where it is not there: which, and how to get it

  // In C order; drawn anew each time where they are generated.
  [[nodiscard]] std::vector<double> logits() const;
};

// Reads a section with a name, a hazard, a source, and either
//   path = "x.npy", obtain = "how to get it"      as read_logit_file
//   generate = "normal", scale = s, seed = k, rows = r, classes = n, offset = c (optional)
// where random numbers are those of numerics::Random, drawn row by row. Errors are noted in the
// config: a file that is no matrix, and logits that are not finite in one of the types. A file that
// is not there is none.
[[nodiscard]] LogitSet read_logit_set(config::Section& section,
                                      const std::vector<ops::DType>& dtypes);

}  // namespace maxtrick::low_precision
