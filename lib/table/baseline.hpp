// A committed table. A command parses it once and passes it to every function that needs it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "table/table.hpp"

namespace maxtrick::table {

class Baseline {
 public:
  // Throws std::runtime_error, which names the line, if the text is not CSV.
  explicit Baseline(std::string csv);

  [[nodiscard]] const std::string& csv() const { return csv_; }
  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

  // The first row of each key, where `table` defines the key columns; empty if the number of
  // columns differs.
  [[nodiscard]] std::map<std::string, const Row*> by_key(const ResultTable& table) const;

 private:
  std::string csv_;
  std::vector<std::string> header_;
  std::vector<Row> rows_;
};

}  // namespace maxtrick::table
