// Trained networks as files, as a config's [[export]] asks for them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "config/config.hpp"
#include "inputs/trained.hpp"
#include "run/experiment.hpp"

namespace maxtrick::training {

// The network that train_once(setup, seed) ends with, called TASK-ARM-SEED:
//   weights_1.npy, biases_1.npy, ...   of each layer, float32, inputs x outputs in C order: relu
//                                      between layers, and nothing after the last
//   logits.npy                         of all examples, rows x outputs, float32: by the network
//                                      as it is trained, not widened
//   labels.npy                         of the data set, int64
// It is trained again where the files are asked for: milliseconds, against parameters of every run
// kept for the one that is exported.
[[nodiscard]] run::Export exported(const inputs::Setup& setup, std::uint64_t seed);

// Reads the tables [[export]], where there are any, each with
//   task = "lab", arm = "preferred", seed = 0      a run of `setups`, of the seeds 0 to seeds - 1
// Errors are noted in the config: a run that is none, or that is there twice.
[[nodiscard]] std::vector<run::Export> read_exports(config::Section& config,
                                                    const std::vector<inputs::Setup>& setups,
                                                    std::size_t seeds);

}  // namespace maxtrick::training
