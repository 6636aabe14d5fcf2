// Writing files that configs describe: data sets, and trained networks.
#pragma once

#include <filesystem>
#include <vector>

#include "run/experiment.hpp"

namespace maxtrick::cli {

// Files that belong together, and the folder of their own.
struct Destination {
  run::Export files;
  std::filesystem::path folder;
};

// Throws std::system_error where one of the folders cannot be written into: to be asked before the
// work.
void require_writable(const std::vector<Destination>& all);

// Makes and writes all files, or none, and says a line of each on stdout. Which cannot be made, and
// why (its softmax fails, say), goes to stderr; the code is then exit_incomplete, else exit_holds.
[[nodiscard]] int write_exports(const std::vector<Destination>& all);

}  // namespace maxtrick::cli
