// Cross-entropy of two classes with the logits 0 and x; t is the share of the second class.
#pragma once

#include "ops/op.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition binary_cross_entropy_definition{
    .name = "binary_cross_entropy",
    .formula = "loss = r (w t log(1 + e^-x) + (1 - t) log(1 + e^x)), w = pos_weight, r = weight",
    .place = 10,
    .output = Output::loss,
    .values = Values::losses,
    .distribution = true,
    .factors = {.name = "pos-weight"},
    .binary = true,
    .differentiable = true};
inline constexpr Op binary_cross_entropy{binary_cross_entropy_definition};

}  // namespace maxtrick::ops
