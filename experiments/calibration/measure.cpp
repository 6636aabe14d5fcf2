#include "calibration/measure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "inputs/trained.hpp"
#include "learn/temperature.hpp"

namespace maxtrick::calibration {
namespace {

using learn::Prediction;
using numerics::Rows;

double largest_class_gap(const std::vector<Prediction>& predictions) {
  std::vector<std::vector<Prediction>> by_class;
  for (const Prediction& one : predictions) {
    const auto k = static_cast<std::size_t>(one.predicted);
    if (by_class.size() <= k) by_class.resize(k + 1);
    by_class[k].push_back(one);
  }
  const double least = least_share * static_cast<double>(predictions.size());
  double largest = 0;
  for (const auto& own : by_class)
    if (!own.empty() && static_cast<double>(own.size()) >= least)
      largest = std::max(largest, std::abs(learn::reliability(own, 1).bins[0].gap()));
  return largest;
}

}  // namespace

Measured measure(Rows<const double> logits, std::span<const std::int32_t> labels,
                 double temperature, std::size_t bins) {
  std::vector<double> divided(logits.data, logits.data + logits.rows * logits.columns);
  for (double& z : divided) z /= temperature;
  const std::vector<double> p =
      inputs::probabilities({divided.data(), logits.rows, logits.columns});
  const Rows<const double> probabilities{p.data(), logits.rows, logits.columns};
  const std::vector<Prediction> predictions = learn::predict(probabilities, labels);
  Measured found;
  found.diagram = learn::reliability(predictions, bins);
  found.ece = learn::expected_calibration_error(found.diagram);
  found.nll = learn::negative_log_likelihood(logits, labels, temperature);
  found.brier = learn::brier_score(probabilities, labels);
  const auto right = std::count_if(predictions.begin(), predictions.end(),
                                   [](const Prediction& one) { return one.right; });
  found.accuracy = static_cast<double>(right) / static_cast<double>(labels.size());
  if (found.diagram.undefined > 0) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    found.confidence = found.nll = found.brier = found.class_gap = nan;
  } else {
    found.confidence = learn::reliability(predictions, 1).bins[0].confidence;
    found.class_gap = largest_class_gap(predictions);
  }
  return found;
}

}  // namespace maxtrick::calibration
