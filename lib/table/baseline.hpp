// A committed table as it was read: parsed once, and handed to all that look at it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "table/table.hpp"

namespace maxtrick::table {

class Baseline {
 public:
  // Throws std::runtime_error, which names the line, where the text is no CSV.
  explicit Baseline(std::string csv);

  [[nodiscard]] const std::string& csv() const { return csv_; }
  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

  // The first row of each key, as the table's columns have it; none where the number of columns is
  // another.
  [[nodiscard]] std::map<std::string, const Row*> by_key(const ResultTable& table) const;

 private:
  std::string csv_;
  std::vector<std::string> header_;
  std::vector<Row> rows_;
};

}  // namespace maxtrick::table
