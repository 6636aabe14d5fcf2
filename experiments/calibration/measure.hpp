// What is measured of the logits of a classifier on labelled examples.
#pragma once

#include <cstdint>
#include <span>

#include "learn/calibration.hpp"
#include "numerics/rows.hpp"

namespace maxtrick::calibration {

// Computed from the probabilities softmax(logits / temperature), in float64. After a logit that is
// not a number, all are NaN except for the accuracy.
struct Measured {
  double accuracy = 0;
  double confidence = 0;  // mean probability of the predicted class
  double ece = 0;         // expected calibration error
  double nll = 0;         // mean negative log-likelihood
  double brier = 0;
  // The largest |confidence - accuracy| over the predicted classes that have at least
  // `least_share` of the predictions.
  double class_gap = 0;
  learn::Reliability diagram = {};

  [[nodiscard]] double overconfidence() const { return confidence - accuracy; }
};
inline constexpr double least_share = 0.02;

[[nodiscard]] Measured measure(numerics::Rows<const double> logits,
                               std::span<const std::int32_t> labels, double temperature,
                               std::size_t bins);

}  // namespace maxtrick::calibration
