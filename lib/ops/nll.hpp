// Negative log-likelihood of log-probabilities q that are given; they are not normalised again.
#pragma once

#include "ops/op.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition nll_definition{.name = "nll",
                                             .formula = "loss = -sum_k c_k q_k",
                                             .place = 8,
                                             .output = Output::loss,
                                             .values = Values::losses,
                                             .distribution = false,
                                             .input = Input::log_probabilities};
inline constexpr Op nll{nll_definition};

}  // namespace maxtrick::ops
