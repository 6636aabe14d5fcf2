// A config of the experiment `backends` with little to compute.
#pragma once

#include "test.hpp"

namespace maxtrick::tests {

inline const std::string tiny_backends = R"(experiment = "backends"
title = "T"
description = "D"
variants = ["softmax.max_trick.*", "softmax.naive.*"]
difference_from = "softmax.naive.scalar"
speed_by = "softmax.max_trick.scalar"
seeds = 2
repeats = 6
[[data]]
name = "lab"
generate = "blobs"
samples = 50
centres = [[-5, 2], [-2, -2], [1, 2]]
seed = 30
[task]
name = "lab"
data = "lab"
hidden = [5]
epochs = 2
batch = 16
optimiser = "adam"
learning_rate = 0.001
)";

}  // namespace maxtrick::tests
