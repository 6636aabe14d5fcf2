// A matrix of logits in a file that a config names.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "numerics/op.hpp"
#include "suite/config.hpp"

namespace maxtrick::inputs {

struct LogitFile {
  std::size_t rows = 0, classes = 0;
  std::vector<double> logits = {};  // in C order
  std::string missing = {};         // where it is not there: which, and how to get it
};

// Reads, now,
//   path = "x.npy", obtain = "how to get it"      a matrix of suite::read_matrix
// Errors are noted in the config: a file that is no matrix, and logits that are not finite in one
// of the types. A file that is not there is none.
[[nodiscard]] LogitFile read_logit_file(suite::Section& section,
                                        const std::vector<numerics::DType>& dtypes);

}  // namespace maxtrick::inputs
