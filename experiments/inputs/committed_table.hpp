// A table on disk, as those read it who show what is in it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "suite/table.hpp"

namespace maxtrick::inputs {

// By the names of its columns. Throws InputError, which names the file, where table or column is
// not there, or the file is no CSV.
class CommittedTable {
 public:
  CommittedTable(const std::filesystem::path& folder, const std::string& name);
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::vector<suite::Row>& rows() const { return lines_; }
  [[nodiscard]] const std::string& cell(const suite::Row& row, const std::string& column) const;
  // NaN where the cell is no number.
  [[nodiscard]] double number(const suite::Row& row, const std::string& column) const;

 private:
  std::filesystem::path path_;
  std::vector<suite::Row> lines_;
  std::map<std::string, std::size_t> columns_;
};

}  // namespace maxtrick::inputs
