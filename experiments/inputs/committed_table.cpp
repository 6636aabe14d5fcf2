#include "inputs/committed_table.hpp"

#include <fmt/format.h>

#include <cmath>

#include "suite/files.hpp"
#include "suite/matrix.hpp"
#include "suite/number.hpp"

namespace maxtrick::inputs {

CommittedTable::CommittedTable(const std::filesystem::path& folder, const std::string& name)
    : path_(folder / (name + ".csv")) {
  const auto text = suite::read_file_if_there(path_);
  if (!text)
    throw suite::InputError(fmt::format("no table {}; make it: maxtrick run configs/{}.toml",
                                        path_.string(),
                                        std::filesystem::path(name).filename().string()));
  try {
    lines_ = suite::parse_csv(*text);
  } catch (const std::runtime_error& error) {
    throw suite::InputError(fmt::format("{}: {}", path_.string(), error.what()));
  }
  for (std::size_t i = 0; i < lines_.front().size(); ++i) columns_[lines_.front()[i]] = i;
  lines_.erase(lines_.begin());
}

const std::string& CommittedTable::cell(const suite::Row& row, const std::string& column) const {
  const auto found = columns_.find(column);
  if (found == columns_.end())
    throw suite::InputError(fmt::format("{} has no column '{}'", path_.string(), column));
  return row.at(found->second);
}

double CommittedTable::number(const suite::Row& row, const std::string& column) const {
  return suite::parse_number(cell(row, column)).value_or(NAN);
}

}  // namespace maxtrick::inputs
