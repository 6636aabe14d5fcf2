// What a config asks of experiment `training`: tasks with their arms, and what documents print of
// such runs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "inputs/arm.hpp"
#include "inputs/task.hpp"

namespace maxtrick::training {

// What takes the place of an arm in the rows of the best classifier there is.
inline const std::string bayes = "bayes";

struct AskedTask {
  inputs::Task task;
  std::vector<inputs::Arm> arms;
  // The classes that the first examples should come out as; empty where nothing is said.
  std::vector<std::int32_t> first_categories;
};

// Reads the tables [[task]], each as read_task has it and with
//   arms = ["names of [[arm]]"], first_categories = [2, 0] (optional)
// Errors are noted in the config.
[[nodiscard]] std::vector<AskedTask> read_tasks(config::Section& config,
                                                const std::vector<inputs::NamedData>& data,
                                                const std::vector<inputs::Arm>& arms);

// What a document prints of its one run: texts by quantity.
struct PrintedRun {
  std::string task, arm, source;
  std::map<std::string, std::string> values;
};

// Reads the tables [[published]], optional, each with
//   task, arm, source, loss = ["1.0082", ...] (of the first epochs)
// Errors are noted in the config: also a run that it does not ask for, which would be left out
// without a word.
[[nodiscard]] std::vector<PrintedRun> read_printed_runs(config::Section& config,
                                                        const std::vector<AskedTask>& tasks);

}  // namespace maxtrick::training
