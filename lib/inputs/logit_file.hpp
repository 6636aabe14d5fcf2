// A matrix of logits in a file that a config names.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "ops/dtype.hpp"

namespace maxtrick::inputs {

struct LogitFile {
  std::size_t rows = 0, classes = 0;
  std::vector<double> logits = {};  // in C order
  std::string missing = {};         // where it is not there: which, and how to get it
};

// Reads, now,
//   path = "x.npy", obtain = "how to get it"      a matrix of io::read_matrix
// Errors are noted in the config: a file that is no matrix, and logits that are not finite in one
// of the types. A file that is not there is none.
[[nodiscard]] LogitFile read_logit_file(config::Section& section,
                                        const std::vector<ops::DType>& dtypes);

}  // namespace maxtrick::inputs
