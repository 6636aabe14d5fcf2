// The same for y = log_softmax(z).
#pragma once

#include "ops/op.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition log_softmax_backward_definition{
    .name = "log_softmax_backward",
    .formula = "g_i = z_i' (dy_i - e^y_i sum_j dy_j), z' = dz/dx",
    .place = 7,
    .output = Output::row,
    .values = Values::probabilities,
    .distribution = false,
    .factors = {.name = "dy", .required = true}};
inline constexpr Op log_softmax_backward{log_softmax_backward_definition};

}  // namespace maxtrick::ops
