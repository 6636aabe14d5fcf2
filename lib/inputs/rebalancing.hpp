// Reads how an arm treats classes of unequal size.
#pragma once

#include "config/config.hpp"
#include "inputs/arm.hpp"

namespace maxtrick::inputs {

// Reads class_weights, gamma and tau of an [[arm]] (arm.hpp) into arm.rebalancing. Errors are noted in the config,
// also if the loss of the arm cannot have one of them.
void read_rebalancing(config::Section& section, Arm& arm);

}  // namespace maxtrick::inputs
