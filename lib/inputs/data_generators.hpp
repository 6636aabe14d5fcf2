// Generated data sets: what read_data_set makes of `generate`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "config/config.hpp"
#include "learn/data_set.hpp"

namespace maxtrick::inputs {

struct Generated {
  std::size_t rows = 1, features = 1, classes = 1;
  std::function<learn::DataSet()> make;
  // The logits of the best classifier there is, of the rows of make(); empty where none is known.
  std::function<std::vector<double>(const learn::DataSet&)> bayes = {};
  // The class that the best classifier gives to each row of X, of any points; empty where none is
  // known.
  std::function<std::vector<std::int32_t>(const learn::DataSet&)> best = {};
};

// As data_set.hpp has it. After an error that leaves nothing to generate `make` gives one row.
[[nodiscard]] Generated read_generated(config::Section& section);

}  // namespace maxtrick::inputs
