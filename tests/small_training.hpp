// The data, the arm and the task of a config that trains for a moment.
#pragma once

#include <string>

namespace maxtrick::tests {

inline const std::string blobs_and_arm = R"(seeds = 2
[[data]]
name = "blobs"
generate = "blobs"
samples = 100
seed = 1
centres = [[0, 0], [1, 1]]
[[arm]]
name = "preferred"
loss = "fused"
)";

// What follows the head of a [[task]].
inline const std::string blobs_task = R"(name = "t"
data = "blobs"
epochs = 2
batch = 10
optimiser = "adam"
learning_rate = 0.1
)";

// Both, for the experiment `training`.
inline const std::string small_training =
    blobs_and_arm + "[[task]]\n" + blobs_task + "arms = [\"preferred\"]\n";

}  // namespace maxtrick::tests
