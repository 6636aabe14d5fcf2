// Matrices as files that a config describes.
#pragma once

#include <string>

#include "suite/experiment.hpp"
#include "suite/matrix.hpp"

namespace maxtrick::inputs {

// A .npy file. The line that a user reads has the shape, and the digest of the numbers alone, as
// hashlib.sha256(X.tobytes()) has it.
[[nodiscard]] suite::ExportedFile npy_file(std::string name, const suite::Matrix& matrix,
                                           suite::NumberType type);

}  // namespace maxtrick::inputs
