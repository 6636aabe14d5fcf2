// Focal loss (T.-Y. Lin et al., ICCV 2017): cross-entropy that counts certain predictions less.
//
// Its gradient is that of cross-entropy with other coefficients:
// 1. With l_k = -log y_k, the loss of class k is c_k (1 - y_k)^gamma l_k. Its derivative by y_k, times y_k, is
//    -a_k with  a_k = c_k ((1 - y_k)^gamma + gamma (1 - y_k)^(gamma - 1) y_k l_k).
// 2. dy_k/dz_j = y_k ([k = j] - y_j), hence  g_j = y_j sum_k a_k - a_j.
// 3. a_k = c_k (1 - y_k)^gamma (1 + gamma r_k) with r_k = y_k l_k / (1 - y_k). l <= (1 - y) / y, so r_k is from
//    0 to 1, and tends to 1 with y_k. This form has no power of a negative exponent.
// 4. So 0 <= a_k / c_k <= (1 + gamma) (1 - y_k)^gamma. For gamma > 1 this factor is below 1 where the class is
//    certain; it may be above 1 where it is not, and it is 1 where y_k is 0.
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
    .parameter = {.name = "gamma", .preset = 2},
    .differentiable = true};
inline constexpr Op focal_loss{focal_loss_definition};

}  // namespace maxtrick::ops
