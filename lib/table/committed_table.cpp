#include "table/committed_table.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>
#include <utility>

#include "io/files.hpp"
#include "table/table_files.hpp"

namespace maxtrick::table {

namespace {

Baseline read(const std::filesystem::path& folder, const std::string& name) {
  const auto path = folder / (name + ".csv");
  require_table_files(folder, name);
  auto text = io::read_file_if_there(path);
  if (!text)
    throw io::InputError(fmt::format(
        "the table {} is missing; make it: maxtrick run configs/{}.toml", path.string(), name));
  require_faultless(folder, name);
  try {
    return Baseline(std::move(*text));
  } catch (const std::runtime_error& error) {
    throw io::InputError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace

CommittedTable::CommittedTable(const std::filesystem::path& folder, const std::string& name)
    : path_(folder / (name + ".csv")), table_(read(folder, name)) {
  for (std::size_t i = 0; i < table_.header().size(); ++i) columns_[table_.header()[i]] = i;
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

std::optional<Interval> CommittedTable::interval(const Row& row, const std::string& column) const {
  return at(row, column).interval();
}

double CommittedTable::number(const Row& row, const std::string& column) const {
  return at(row, column).number().value_or(NAN);
}

}  // namespace maxtrick::table
