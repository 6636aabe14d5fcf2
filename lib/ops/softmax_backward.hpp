// The derivative of a function of y = softmax(z), whose derivatives with respect to y are dy.
#pragma once

#include "ops/op.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition softmax_backward_definition{
    .name = "softmax_backward",
    .formula = "g_i = z_i' y_i (dy_i - sum_j y_j dy_j), z' = dz/dx",
    .place = 6,
    .output = Output::row,
    .values = Values::probabilities,
    .distribution = false,
    .factors = {.name = "dy", .required = true}};
inline constexpr Op softmax_backward{softmax_backward_definition};

}  // namespace maxtrick::ops
