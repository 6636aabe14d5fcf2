// Trained networks as files, as a config's [[export]] asks for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "measures/trained.hpp"
#include "suite/config.hpp"
#include "suite/experiment.hpp"

namespace maxtrick::measures {

// The network that train_once(setup, seed) ends with, called TASK-ARM-SEED:
//   weights_1.npy, biases_1.npy, ...   of each layer, float32, inputs x outputs in C order: relu
//                                      between layers, and nothing after the last
//   logits.npy                         of all examples, rows x outputs, float32: by the network
//                                      as it is trained, not widened
//   labels.npy                         of the data set, int64
// It is trained again where the files are asked for: milliseconds, against parameters of every run
// kept for the one that is exported.
[[nodiscard]] suite::Export exported(const Setup& setup, std::uint64_t seed);

// Reads the tables [[export]], where there are any, each with
//   task = "lab", arm = "preferred", seed = 0      a run of `setups`, of the seeds 0 to seeds - 1
// Errors are noted in the config: a run that is none, or that is there twice.
[[nodiscard]] std::vector<suite::Export> read_exports(suite::Section& config,
                                                      const std::vector<Setup>& setups,
                                                      std::size_t seeds);

}  // namespace maxtrick::measures
