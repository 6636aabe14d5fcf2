// 1 for the first largest logit of a row, 0 for the others.
#pragma once

#include "ops/op.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition hardmax_definition{
    .name = "hardmax",
    .formula = "y_i = 1 if i is the first index of the largest z_i, else 0",
    .place = 14,
    .output = Output::row,
    .values = Values::indicators,
    .distribution = false};
inline constexpr Op hardmax{hardmax_definition};

}  // namespace maxtrick::ops
