// Starting the program anew for one job, and reading what it found.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "timing/job.hpp"

namespace maxtrick::timing {

// The name of the program's command that a launch runs; its one argument is the job.
inline constexpr const char* launch_command = "measure-launch";
// Where that process writes what it found. Its standard output is left to libraries that print.
inline constexpr int launch_descriptor = 3;

// Why a launch gave nothing: "killed by signal 9", say.
struct Failed {
  std::string reason;
};

// Runs `program launch_command job` with these variables over the own environment (an empty one is
// unset), until it ends or `limit` has passed; then it is killed. Throws std::system_error where a
// process cannot be had at all.
[[nodiscard]] std::variant<std::vector<Measured>, Failed> launch(
    const std::filesystem::path& program, const Job& job,
    const std::map<std::string, std::string>& environment, std::chrono::milliseconds limit);

// The other side: what the command does. Throws where the descriptor is not open.
void serve_launch(const std::string& job);

}  // namespace maxtrick::timing
