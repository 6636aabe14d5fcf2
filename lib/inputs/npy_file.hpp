// Matrices as files that a config describes.
#pragma once

#include <string>

#include "io/matrix.hpp"
#include "run/experiment.hpp"

namespace maxtrick::inputs {

// A .npy file. The line that a user reads has the shape, and the digest of the numbers alone, as
// hashlib.sha256(X.tobytes()) has it.
[[nodiscard]] run::ExportedFile npy_file(std::string name, const io::Matrix& matrix,
                                         io::NumberType type);

}  // namespace maxtrick::inputs
