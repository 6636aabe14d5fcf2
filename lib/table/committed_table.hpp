// A table on disk, as those read it who show what is in it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "table/baseline.hpp"

namespace maxtrick::table {

// By the names of its columns. Throws InputError, which names the file, where table or column is
// not there, or the file is no CSV.
class CommittedTable {
 public:
  CommittedTable(const std::filesystem::path& folder, const std::string& name);
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::vector<Row>& rows() const { return table_.rows(); }
  [[nodiscard]] const std::string& cell(const Row& row, const std::string& column) const;
  // Nothing where the cell is no interval.
  [[nodiscard]] std::optional<Interval> interval(const Row& row, const std::string& column) const;
  // NaN where the cell is no number.
  [[nodiscard]] double number(const Row& row, const std::string& column) const;

 private:
  [[nodiscard]] const Cell& at(const Row& row, const std::string& column) const;

  std::filesystem::path path_;
  Baseline table_;
  std::map<std::string, std::size_t> columns_;
};

}  // namespace maxtrick::table
