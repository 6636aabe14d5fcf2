// Softmax with its last stages left out, to measure how its time divides among them.
#pragma once

#include <span>

#include "kernels/kernels.hpp"
#include "kernels/stage.hpp"

namespace maxtrick::kernels {

// Computes the stage of `accurate` on one thread. All stages have the loops, the loads and the stores
// of that kernel. `reciprocal` has the bits of softmax() with Algorithm::accurate. The rows have
// adjacent classes, and their logits are within [-256, 256] and less than plain_range below the
// largest one (range.hpp).
void softmax_stage(Isa isa, Stage stage, Logits<float> x, Matrix<float> y,
                   std::span<float> numbers);

}  // namespace maxtrick::kernels
