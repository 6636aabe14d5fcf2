// The tasks of a config of the experiment `calibration`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "inputs/arm.hpp"
#include "inputs/task.hpp"

namespace maxtrick::calibration {

// A task of the config.
struct Asked {
  inputs::Task task;
  std::vector<inputs::Arm> arms = {};
  std::size_t fit = 1, held_out = 1;    // numbers of examples; all others are for the test
  std::vector<std::size_t> shown = {};  // epochs, ascending
  std::optional<inputs::NamedData> elsewhere = {};
  std::size_t bins = 10;
};

// Stands in place of an arm's name in the rows of the Bayes classifier.
inline constexpr const char* of_bayes = "bayes";

// Reads the tables [[task]], each with the keys of inputs::read_task() and
//   arms = ["names of [[arm]]"], fit = 2000, held_out = 1000, shown = [1, 10] (epochs),
//   elsewhere = "a name of [[data]]" (optional)
// Errors are noted in the config.
[[nodiscard]] std::vector<Asked> read_tasks(config::Section& config,
                                            const std::vector<inputs::NamedData>& data,
                                            const std::vector<inputs::Arm>& arms, std::size_t bins);

// The reason why the runs of an arm, or of the Bayes classifier (null), cannot be made here; empty
// if they can.
[[nodiscard]] std::string unavailable(const Asked& asked, const inputs::Arm* arm);

}  // namespace maxtrick::calibration
