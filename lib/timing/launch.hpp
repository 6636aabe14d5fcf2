// Starting the program anew for one job, and reading what it found.
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
// Where that process writes what it found. Its standard output is left to libraries that print.
inline constexpr int launch_descriptor = 3;
// A file in memory in which it leaves the place of the item that it calls, for when it dies there.
// A pipe would wake the program up beside what is timed.
inline constexpr int item_descriptor = 4;

// Why a launch gave nothing: "killed by signal 9 (Killed)", say; and the place in the job of the
// item that was called then, where one was. That one need not be to blame for what took too long:
// all items of a launch have one limit.
struct Failed {
  std::string reason;
  std::optional<std::size_t> item = {};
  bool too_late = false;
};

// Runs `program launch_command job` with these variables over the own environment (an empty one is
// unset), until it ends or `limit` has passed; then it is killed. Throws std::system_error where a
// process cannot be had at all.
[[nodiscard]] std::variant<std::vector<Measured>, Failed> launch(
    const std::filesystem::path& program, const Job& job,
    const std::map<std::string, std::string>& environment, std::chrono::milliseconds limit);

// The other side: what the command does; the job's plug-ins are loaded into this process. Throws
// where the first descriptor is not open.
void serve_launch(const std::string& job);

}  // namespace maxtrick::timing
