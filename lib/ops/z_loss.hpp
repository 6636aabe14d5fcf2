// A penalty on the log-sum-exp, which is added to a loss (PaLM, arXiv 2204.02311, section 5).
#pragma once

#include "ops/op.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition z_loss_definition{.name = "z_loss",
                                                .formula = "y = factor (log sum_k e^z_k)^2",
                                                .place = 13,
                                                .output = Output::number,
                                                .values = Values::numbers,
                                                .distribution = false,
                                                .parameter = {.name = "factor", .preset = 1}};
inline constexpr Op z_loss{z_loss_definition};

}  // namespace maxtrick::ops
