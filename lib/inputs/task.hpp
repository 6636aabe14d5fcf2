// Training tasks as a config describes them: data, network, optimiser.
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

// Reads the tables [[data]] by read_data_set(). Their names must be unique.
[[nodiscard]] std::vector<NamedData> read_data_sets(config::Section& config);

// A training task of a config.
struct Task {
  std::string name;
  NamedData data;
  std::vector<std::size_t> hidden;
  learn::TrainingOptions options;

  // The widths of the layers, starting with the number of features. If `binary`, the last layer has
  // one output.
  [[nodiscard]] std::vector<std::size_t> widths(bool binary) const;
};

// Reads a section with
//   name, data = "a name of [[data]]", hidden = [25, 15] (may be left out), epochs, batch,
//   optimiser = "adam" or "sgd", learning_rate
// Errors are noted in the config. A batch that is larger than the data set is one, and so are data
// with more logits than are kept at once.
[[nodiscard]] Task read_task(config::Section& section, const std::vector<NamedData>& data);

// Notes an error at `key` if the arm is for two classes, or has class weights for some number of
// classes, and the data of the task have another number of classes.
void require_classes(config::Section& section, std::string_view key, const Arm& arm,
                     const Task& task);

// A plan without cases, whose progress counts the training runs. Its manifest names OpenBLAS and
// the libraries and instruction sets of the softmaxes of the arms. The losses themselves are
// scalar.
[[nodiscard]] run::Plan begin_plan(std::vector<table::Column> columns,
                                   const std::vector<NamedData>& data,
                                   const std::vector<Arm>& arms);

// seeds = n: the number of seeds, which are 0 to n - 1.
[[nodiscard]] std::size_t read_seeds(config::Section& section);

}  // namespace maxtrick::inputs
