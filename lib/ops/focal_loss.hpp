// Focal loss (T.-Y. Lin et al., ICCV 2017): cross-entropy that counts certain predictions less.
#pragma once

#include "ops/op.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition focal_loss_definition{
    .name = "focal_loss",
    .formula = "loss = sum_k c_k (1 - y_k)^gamma (log sum_j e^z_j - z_k)",
    .place = 12,
    .output = Output::loss,
    .values = Values::losses,
    .distribution = false,
    .parameter = {.name = "gamma", .preset = 2}};
inline constexpr Op focal_loss{focal_loss_definition};

}  // namespace maxtrick::ops
