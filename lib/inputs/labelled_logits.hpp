// Examples to take a loss of: rows of logits, each with its true class.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "ops/dtype.hpp"

namespace maxtrick::inputs {

struct LabelledLogits {
  std::size_t classes = 0;     // columns; 1: two classes, by the logit of class 1
  std::vector<double> logits;  // rows x columns, in C order
  std::vector<std::int32_t> labels;

  [[nodiscard]] std::size_t rows() const { return labels.size(); }
};

// `rows` examples in each of which the true class is `gap` above the largest other. Of the others
// one is 0, the rest multiples of 1/64 from -1 to 0: so few numbers keep the oracle quick on long
// rows, and they are what they are in every type. Of one column: the logit is the gap, or for class
// 0 minus the gap. Places and numbers are those of numerics::Random(seed), the same for every gap.
[[nodiscard]] LabelledLogits gap_examples(std::size_t classes, std::size_t rows, double gap,
                                          std::uint64_t seed);

// The logits rounded to the type.
[[nodiscard]] LabelledLogits rounded(LabelledLogits examples, ops::DType dtype);

// Of all rows: the true class's logit minus the largest other.
[[nodiscard]] double smallest_gap(const LabelledLogits& examples);

}  // namespace maxtrick::inputs
