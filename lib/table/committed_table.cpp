#include "table/committed_table.hpp"

#include <fmt/format.h>

#include <cmath>

#include "io/csv.hpp"
#include "io/files.hpp"
#include "io/matrix.hpp"

namespace maxtrick::table {

CommittedTable::CommittedTable(const std::filesystem::path& folder, const std::string& name)
    : path_(folder / (name + ".csv")) {
  const auto text = io::read_file_if_there(path_);
  if (!text)
    throw io::InputError(fmt::format("no table {}; make it: maxtrick run configs/{}.toml",
                                     path_.string(),
                                     std::filesystem::path(name).filename().string()));
  std::vector<std::vector<std::string>> lines;
  try {
    lines = io::parse_csv(*text);
  } catch (const std::runtime_error& error) {
    throw io::InputError(fmt::format("{}: {}", path_.string(), error.what()));
  }
  for (std::size_t i = 0; i < lines.front().size(); ++i) columns_[lines.front()[i]] = i;
  for (auto line = lines.begin() + 1; line != lines.end(); ++line)
    rows_.push_back(read_row(std::move(*line)));
}

const Cell& CommittedTable::at(const Row& row, const std::string& column) const {
  const auto found = columns_.find(column);
  if (found == columns_.end())
    throw io::InputError(fmt::format("{} has no column '{}'", path_.string(), column));
  return row.at(found->second);
}

const std::string& CommittedTable::cell(const Row& row, const std::string& column) const {
  return at(row, column).text();
}

double CommittedTable::number(const Row& row, const std::string& column) const {
  return at(row, column).number().value_or(NAN);
}

}  // namespace maxtrick::table
