// Cross-entropy of probabilities p that are given; they are not normalised again.
#pragma once

#include "ops/op.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition log_loss_definition{.name = "log_loss",
                                                  .formula = "loss = -sum_k c_k log p_k",
                                                  .place = 9,
                                                  .output = Output::loss,
                                                  .values = Values::losses,
                                                  .distribution = false,
                                                  .input = Input::probabilities};
inline constexpr Op log_loss{log_loss_definition};

}  // namespace maxtrick::ops
