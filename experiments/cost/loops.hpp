// The stages of the plain loops, with std::exp.
#pragma once

#include <span>

#include "kernels/stage.hpp"
#include "numerics/rows.hpp"

namespace maxtrick::cost {

// Each stage is a function of its own, in which the operations of later stages do not occur. With
// the stage `division` they have the bits of softmax.naive.scalar and softmax.max_trick.scalar.
void naive(kernels::Stage stage, numerics::Rows<const float> x, numerics::Rows<float> y,
           std::span<float> numbers);
void max_trick(kernels::Stage stage, numerics::Rows<const float> x, numerics::Rows<float> y,
               std::span<float> numbers);

}  // namespace maxtrick::cost
