// What experiment `imbalance` measures of a classifier on a test set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "numerics/rows.hpp"

namespace maxtrick::imbalance {

struct Quality {
  std::vector<double> recall;  // of each class: the share of its points that are predicted as it
  double macro_recall;         // mean of these
  double accuracy;
  double nll;  // mean of -log p of the true class
  double ece;  // expected calibration error (learn/calibration.hpp)
  // Of the rare class: the share of the points predicted as it that are of it, 0 if there are none;
  // and its mean probability divided by its share of the points, 1 if the two agree.
  double rare_precision, rare_claimed;
};

struct Test {
  std::span<const std::int32_t> labels;
  std::size_t rare;  // the rare class
  std::size_t bins;  // of the calibration error
};

// The quality of softmax(logits + shift). All points have finite logits and shifts.
[[nodiscard]] Quality quality(numerics::Rows<const double> logits, std::span<const double> shift,
                              const Test& test);

}  // namespace maxtrick::imbalance
