// Access to the rows of a result table by the names of its columns.
#pragma once

#include "io/csv.hpp"
#include "io/files.hpp"
#include "io/number.hpp"
#include "test.hpp"

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

// Returns the rows of a CSV. The key of each is the cells of the columns `keys`, joined by '/'.
inline std::map<std::string, Cells> rows_by(const std::vector<std::string>& keys,
                                            const std::string& csv) {
  std::map<std::string, Cells> rows;
  for (const Cells& cells : rows_of(csv)) {
    std::string name;
    for (const std::string& key : keys) name += (name.empty() ? "" : "/") + cells.at(key);
    rows[name] = cells;
  }
  return rows;
}

// Returns the rows of the committed table with this name.
inline std::vector<Cells> committed_rows(const std::string& name) {
  return rows_of(
      io::read_file(std::filesystem::path(MAXTRICK_SOURCE_DIR) / "results" / (name + ".csv")));
}

// Returns the first row with these cells in these columns.
inline const Cells& row_where(const std::vector<Cells>& rows, const Cells& cells) {
  for (const Cells& row : rows)
    if (std::ranges::all_of(cells,
                            [&](const auto& cell) { return row.at(cell.first) == cell.second; }))
      return row;
  throw std::out_of_range(fmt::format("no row of {}", cells));
}

// Checks that the row has these cells. A failure names the line of the call.
inline void check_cells(const Cells& row, const Cells& expected, int line = __builtin_LINE()) {
  for (const auto& [column, cell] : expected)
    BOOST_TEST(row.at(column) == cell,
               "line " << line << ": " << column << " is " << row.at(column) << ", not " << cell);
}

}  // namespace maxtrick::tests
