// What a config of the experiment `accuracy` asks for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "accuracy/distribution.hpp"
#include "ops/variant.hpp"
#include "table/table.hpp"

namespace maxtrick::accuracy {

// The axes, and how many random rows a case has.
struct Grid {
  std::vector<ops::DType> dtypes;
  std::vector<const ops::Variant*> variants;
  std::vector<std::shared_ptr<const Distribution>> distributions;
  std::vector<std::size_t> classes;
  double tolerance_ulp = 0;
  std::uint64_t seed = 1;    // of the first
  std::size_t outputs = 0;   // so many logits in all, roughly,
  std::size_t max_rows = 0;  // in no more rows than that, nor than a file has

  [[nodiscard]] std::size_t rows(const Distribution& distribution, std::size_t n) const {
    return std::min(std::clamp<std::size_t>(outputs / n, 1, max_rows), distribution.rows);
  }
};

// Reads dtypes, variants, classes, inaccurate_above_ulp, seed, outputs, max_rows and the tables
// [[distribution]]. Errors are noted in the config.
[[nodiscard]] Grid read_grid(config::Section& config);

// What the table's Markdown shows.
void add_views(table::ResultTable& table, const Grid& grid);

}  // namespace maxtrick::accuracy
