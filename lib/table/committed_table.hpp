// Read-only view of a committed result table.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "table/baseline.hpp"

namespace maxtrick::table {

// Gives access to cells by the names of columns. Throws InputError, which names the file, if the
// table or a column does not exist, if the file is not CSV, or if the table is not the one that its
// manifest describes.
class CommittedTable {
 public:
  // Reads folder/NAME.csv.
  CommittedTable(const std::filesystem::path& folder, const std::string& name);
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] const std::vector<Row>& rows() const { return table_.rows(); }
  [[nodiscard]] const std::string& cell(const Row& row, const std::string& column) const;
  // No value if the cell is not an interval.
  [[nodiscard]] std::optional<Interval> interval(const Row& row, const std::string& column) const;
  // NaN if the cell is not a number.
  [[nodiscard]] double number(const Row& row, const std::string& column) const;

 private:
  [[nodiscard]] const Cell& at(const Row& row, const std::string& column) const;

  std::filesystem::path path_;
  Baseline table_;
  std::map<std::string, std::size_t> columns_;
};

}  // namespace maxtrick::table
