// Examples that a config spells out, with the losses that were printed for them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "inputs/arm.hpp"
#include "inputs/labelled_logits.hpp"

namespace maxtrick::loss {

struct LossCase {
  std::string name, hazard, source;
  ops::DType dtype = ops::DType::float32;
  std::string targets;
  inputs::LabelledLogits examples;
  std::optional<double> guard = {};            // in place of the arms' own
  std::map<std::string, std::string> printed;  // by the arm's name: the mean loss
};

// Reads the tables [[case]], each with name, hazard, source, dtype and targets (of those given),
// logits = [[...], ...], labels = [...] and perhaps guard and printed = { ARM = "0.6931", ... }.
// Errors are noted in the config.
[[nodiscard]] std::vector<LossCase> read_loss_cases(config::Section& config,
                                                    const std::vector<ops::DType>& dtypes,
                                                    const std::vector<std::string>& targets,
                                                    const std::vector<inputs::Arm>& arms);

}  // namespace maxtrick::loss
