// Writes files that configs describe: data sets and trained networks.
#pragma once

#include <filesystem>
#include <vector>

#include "run/experiment.hpp"

namespace maxtrick::cli {

// Files that belong together, and the folder that is for them alone.
struct Destination {
  run::Export files;
  std::filesystem::path folder;
};

// Throws std::system_error if one of the folders is not writable. To be called before the work.
void require_writable(const std::vector<Destination>& all);

// Makes and writes all files, or none, and prints a line for each on stdout. A file that cannot be
// made is reported on stderr with the reason (its softmax fails, say), and the exit code is then
// exit_incomplete; otherwise it is exit_holds.
[[nodiscard]] int write_exports(const std::vector<Destination>& all);

}  // namespace maxtrick::cli
