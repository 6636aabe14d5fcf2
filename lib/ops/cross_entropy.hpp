// Cross-entropy of softmax with a target t: a class, or coefficients c_k per class.
#pragma once

#include "ops/op.hpp"
#include "ops/row_facts.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition cross_entropy_definition{
    .name = "cross_entropy",
    .formula = "loss = sum_k c_k (log sum_j e^x_j - x_k); of a class t, c_k = [k = t]",
    .place = 4,
    .output = Output::loss,
    .values = Values::losses,
    .distribution = true,
    .plain = true};
inline constexpr Op cross_entropy{cross_entropy_definition};

}  // namespace maxtrick::ops
