#include "table/baseline.hpp"

#include <utility>

#include "io/csv.hpp"

namespace maxtrick::table {

Baseline::Baseline(std::string csv) : csv_(std::move(csv)) {
  auto lines = io::parse_csv(csv_);
  header_ = std::move(lines.front());
  lines.erase(lines.begin());
  rows_ = read_rows(std::move(lines));
}

std::map<std::string, const Row*> Baseline::by_key(const ResultTable& table) const {
  std::map<std::string, const Row*> rows;
  if (header_.size() == table.columns.size())
    for (const Row& row : rows_) rows.emplace(table.key(row), &row);
  return rows;
}

}  // namespace maxtrick::table
