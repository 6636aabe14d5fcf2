// Starts the program again for one job, and reads the results.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "timing/job.hpp"

namespace maxtrick::timing {

// The name of the program's command that a launch runs; its one argument is the job.
inline constexpr const char* launch_command = "measure-launch";
// The descriptor to which that process writes its results. Its standard output is left for
// libraries that print.
inline constexpr int launch_descriptor = 3;
// An in-memory file in which that process stores the index of the item that it calls. If it dies,
// the program reads the index from there. A pipe would wake up the program while code is timed.
inline constexpr int item_descriptor = 4;

// The failure of a launch: the reason, such as "killed by signal 9 (Killed)", and the index in the
// job of the item that was being called, if any. If the time limit was exceeded, that item need not
// be the cause: all items of a launch share one limit.
struct Failed {
  std::string reason;
  std::optional<std::size_t> item = {};
  bool too_late = false;
};

// Runs `program launch_command job`. `environment` adds to or replaces variables of the inherited
// environment; an empty value unsets one. The process is killed if it runs longer than `limit`.
// Throws std::system_error if no process can be started.
[[nodiscard]] std::variant<std::vector<Measured>, Failed> launch(
    const std::filesystem::path& program, const Job& job,
    const std::map<std::string, std::string>& environment, std::chrono::milliseconds limit);

// The command of that process. It loads the plug-ins of the job into this process. Throws if
// launch_descriptor is not open.
void serve_launch(const std::string& job);

}  // namespace maxtrick::timing
