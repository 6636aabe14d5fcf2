// The rows of a result table by the names of its columns.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/csv.hpp"
#include "io/number.hpp"
#include "program.hpp"
#include "table/table.hpp"

namespace maxtrick::tests {

using Cells = std::map<std::string, std::string>;  // column -> cell

inline std::vector<Cells> rows_of(std::string_view csv) {
  const auto lines = io::parse_csv(csv);
  std::vector<Cells> rows;
  for (std::size_t r = 1; r < lines.size(); ++r) {
    Cells cells;
    for (std::size_t i = 0; i < lines[r].size(); ++i) cells[lines[0][i]] = lines[r][i];
    rows.push_back(std::move(cells));
  }
  return rows;
}

inline double number(const Cells& row, const std::string& column) {
  return io::parse_number(row.at(column)).value();
}

// The rows of a run of this config, which must end with 0: no figure is above its bound.
inline std::vector<Cells> rows_of_run(const std::string& config) {
  const Folder folder;
  folder.write("t.toml", config);
  const Said said = shell("$MAXTRICK run t.toml --quiet", folder.path());
  if (said.code != 0) throw std::runtime_error(said.out + said.err);
  return rows_of(io::read_file(folder / "results/t.csv"));
}

}  // namespace maxtrick::tests
