// Labelled points, from which a classifier learns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace maxtrick::learn {

// A data set of `rows` points with `features` coordinates each, in `classes` classes.
struct DataSet {
  std::size_t rows = 0, features = 0, classes = 0;
  std::vector<double> X;        // rows x features, C order
  std::vector<std::int32_t> y;  // a class index for each row, from 0
};

}  // namespace maxtrick::learn
