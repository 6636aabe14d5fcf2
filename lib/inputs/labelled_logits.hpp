// Examples for losses: rows of logits, each with its true class or with coefficients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "ops/dtype.hpp"

namespace maxtrick::inputs {

struct LabelledLogits {
  // The number of columns; one column means two classes, and holds the logit of class 1.
  std::size_t classes = 0;
  std::vector<double> logits;  // rows x columns, in C order
  std::vector<std::int32_t> labels;
  // A number c_k for each logit, if the loss of a row is not that of its label but
  // sum_k c_k (log-sum-exp - z_k). The label is then the first class with the largest coefficient.
  std::vector<double> coefficients = {};
  std::optional<double> divisor = {};  // of the sum of the losses, instead of the number of rows

  [[nodiscard]] std::size_t rows() const { return labels.size(); }
  [[nodiscard]] double mean_divisor() const {
    return divisor.value_or(static_cast<double>(rows()));
  }
};

// `rows` examples in which the logit of the true class is `gap` above the largest other logit. One
// of the other logits is 0, and the rest are multiples of 1/64 from -1 to 0. There are so few
// different numbers that the oracle is fast on long rows, and every type represents them exactly.
// With one column the logit is the gap, or minus the gap for class 0. Positions and numbers come
// from numerics::Random(seed), and are the same for every gap.
[[nodiscard]] LabelledLogits gap_examples(std::size_t classes, std::size_t rows, double gap,
                                          std::uint64_t seed);

// The logits and the coefficients rounded to the type.
[[nodiscard]] LabelledLogits rounded(LabelledLogits examples, ops::DType dtype);

// The smallest gap of all rows: the logit of the true class minus the largest other logit.
[[nodiscard]] double smallest_gap(const LabelledLogits& examples);

}  // namespace maxtrick::inputs
