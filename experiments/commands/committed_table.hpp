// A table on disk as the guide reads it.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "suite/files.hpp"
#include "suite/number.hpp"
#include "suite/table.hpp"

namespace maxtrick::commands {

// By the names of its columns. Throws UsageError where table or column is not there.
class CommittedTable {
 public:
  CommittedTable(const std::filesystem::path& folder, const std::string& name)
      : path_(folder / (name + ".csv")) {
    const auto text = suite::read_file_if_there(path_);
    if (!text)
      throw UsageError(fmt::format("guide: no table {}; make it: maxtrick run configs/{}.toml",
                                   path_.string(), name));
    lines_ = suite::parse_csv(*text);
    for (std::size_t i = 0; i < lines_.front().size(); ++i) columns_[lines_.front()[i]] = i;
    lines_.erase(lines_.begin());
  }
  [[nodiscard]] const std::vector<suite::Row>& rows() const { return lines_; }
  [[nodiscard]] const std::string& cell(const suite::Row& row, const std::string& column) const {
    const auto found = columns_.find(column);
    if (found == columns_.end())
      throw UsageError(fmt::format("guide: {} has no column '{}'", path_.string(), column));
    return row.at(found->second);
  }
  [[nodiscard]] double number(const suite::Row& row, const std::string& column) const {
    return suite::parse_number(cell(row, column)).value_or(NAN);
  }

 private:
  std::filesystem::path path_;
  std::vector<suite::Row> lines_;
  std::map<std::string, std::size_t> columns_;
};

}  // namespace maxtrick::commands
