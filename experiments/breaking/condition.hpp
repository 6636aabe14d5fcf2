// What a training run may be put through, as a config describes it.
#pragma once

#include <vector>

#include "config/config.hpp"
#include "inputs/trained.hpp"

namespace maxtrick::breaking {

// The setup of a [[condition]], without its arm: the task, changed by
//   learning_rate, dtype (of softmax and loss: every type but float64), and inputs::Start's
//   feature_scale, label_noise, bias, biased, misled_epochs, last_layer_scale
// each where it is there. Errors are noted in the config: also a type that the softmax of one of
// the arms lacks.
[[nodiscard]] inputs::Setup read_condition(config::Section& section, const inputs::Task& task,
                                           const std::vector<inputs::Arm>& arms);

}  // namespace maxtrick::breaking
