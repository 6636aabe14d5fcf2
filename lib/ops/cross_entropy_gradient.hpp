// Cross-entropy with its gradient with respect to the logits; y is the softmax and s a scale.
#pragma once

#include "ops/op.hpp"
#include "ops/row_facts.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition cross_entropy_gradient_definition{
    .name = "cross_entropy_gradient",
    .formula = "loss as cross_entropy; g_k = s (y_k sum_j c_j - c_k)",
    .place = 5,
    .output = Output::loss_and_gradient,
    .values = Values::losses,
    .distribution = true,
    .plain = true};
inline constexpr Op cross_entropy_gradient{cross_entropy_gradient_definition};

}  // namespace maxtrick::ops
