// What is to be trained, as a config describes it: data, network, optimiser.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "inputs/arm.hpp"
#include "inputs/data_set.hpp"
#include "learn/training.hpp"

namespace maxtrick::inputs {

// [[data]], each with a name, as read_data_set.
[[nodiscard]] std::vector<NamedData> read_data_sets(config::Section& config);

struct Task {
  std::string name;
  NamedData data;
  std::vector<std::size_t> hidden;
  learn::TrainingOptions options;

  // Of the layers, from the features on; the last has one output where `binary`.
  [[nodiscard]] std::vector<std::size_t> widths(bool binary) const;
};

// Reads a section with
//   name, data = "a name of [[data]]", hidden = [25, 15] (none: left out), epochs, batch,
//   optimiser = "adam" or "sgd", learning_rate
// Errors are noted in the config: also a batch of more than all examples, and data of more logits
// than are kept at once.
[[nodiscard]] Task read_task(config::Section& section, const std::vector<NamedData>& data);

// Notes an error at `key` where the arm is of two classes and the task's data are not.
void require_classes(config::Section& section, std::string_view key, const Arm& arm,
                     const Task& task);

// A plan without cases, of which progress counts the training runs. Its manifest names OpenBLAS,
// and what the arms' softmaxes compute with; the losses themselves are scalar.
[[nodiscard]] run::Plan begin_plan(std::vector<table::Column> columns,
                                   const std::vector<NamedData>& data,
                                   const std::vector<Arm>& arms);

// seeds = n: the seeds 0 to n - 1.
[[nodiscard]] std::size_t read_seeds(config::Section& section);

}  // namespace maxtrick::inputs
