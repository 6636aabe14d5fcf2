// The divergence of a distribution t from one whose log-probabilities q are given.
#pragma once

#include "ops/op.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition kl_divergence_definition{
    .name = "kl_divergence",
    .formula = "loss = sum_k t_k (log t_k - q_k)",
    .place = 11,
    .output = Output::loss,
    .values = Values::numbers,
    .distribution = false,
    .input = Input::log_probabilities,
    .parameter = {.name = "log-target"}};
inline constexpr Op kl_divergence{kl_divergence_definition};

}  // namespace maxtrick::ops
