// The committed tables that the report shows.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "table/committed_table.hpp"

namespace maxtrick::report {

// Each is read once. A picture must not show what no run has written: a table without rows, or one
// that is not the one of its manifest, is an error like one that is not there (InputError, which
// names the file).
class Tables {
 public:
  explicit Tables(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // "accuracy", or "speed/CPU/speed".
  [[nodiscard]] const table::CommittedTable& get(const std::string& name) const;
  // The folders in speed/, in the order of their names: one a CPU. One at least.
  [[nodiscard]] std::vector<std::string> cpus() const;
  // What the manifest of a CPU's speed calls it.
  [[nodiscard]] std::string cpu_name(const std::string& cpu) const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  mutable std::map<std::string, table::CommittedTable> read_;
};

}  // namespace maxtrick::report
