#include "learn/calibration.hpp"

#include <algorithm>
#include <cmath>

#include "ops/derived.hpp"

namespace maxtrick::learn {
namespace {

using numerics::Rows;

Prediction predict_row(std::span<const double> p, std::int32_t label) {
  Prediction one{0, NAN, false};
  if (p.size() == 1) {
    one.predicted = p[0] > 0.5;
    one.confidence = p[0] > 0.5 ? p[0] : 1 - p[0];
  } else {
    one.predicted = static_cast<std::int32_t>(ops::argmax(p));
    one.confidence = p[static_cast<std::size_t>(one.predicted)];
  }
  one.right = !std::isnan(one.confidence) && one.predicted == label;
  return one;
}

// The position of the bin of a confidence that is not NaN.
std::size_t bin_of(double confidence, std::size_t bins) {
  const auto n = static_cast<double>(bins);
  const auto end = [n](std::size_t b) { return static_cast<double>(b + 1) / n; };
  const double clamped = std::clamp(confidence, 0.0, 1.0);
  // The product may be rounded across an edge. The quotients, which are the edges, decide.
  auto b = std::min(static_cast<std::size_t>(clamped * n), bins - 1);
  while (b > 0 && clamped <= end(b - 1)) --b;
  while (b + 1 < bins && clamped > end(b)) ++b;
  return b;
}

}  // namespace

std::vector<Prediction> predict(Rows<const double> probabilities,
                                std::span<const std::int32_t> labels) {
  std::vector<Prediction> all;
  all.reserve(probabilities.rows);
  for (std::size_t i = 0; i < probabilities.rows; ++i)
    all.push_back(predict_row(probabilities.row(i), labels[i]));
  return all;
}

Reliability reliability(std::span<const Prediction> predictions, std::size_t bins) {
  Reliability result{std::vector<Bin>(bins), 0};
  for (const Prediction& one : predictions) {
    if (std::isnan(one.confidence)) {
      ++result.undefined;
      continue;
    }
    Bin& bin = result.bins[bin_of(one.confidence, bins)];
    ++bin.count;
    bin.confidence += one.confidence;  // sums until the end
    bin.accuracy += one.right ? 1 : 0;
  }
  for (Bin& bin : result.bins) {
    if (bin.count == 0) continue;
    bin.confidence /= static_cast<double>(bin.count);
    bin.accuracy /= static_cast<double>(bin.count);
  }
  return result;
}

double expected_calibration_error(const Reliability& reliability) {
  std::size_t count = 0;
  double sum = 0;
  for (const Bin& bin : reliability.bins) {
    count += bin.count;
    sum += static_cast<double>(bin.count) * std::abs(bin.gap());
  }
  return count == 0 || reliability.undefined > 0 ? NAN : sum / static_cast<double>(count);
}

double brier_score(Rows<const double> probabilities, std::span<const std::int32_t> labels) {
  double sum = 0;
  for (std::size_t i = 0; i < probabilities.rows; ++i) {
    const auto p = probabilities.row(i);
    if (p.size() == 1) {
      const double miss = p[0] - labels[i];
      sum += 2 * miss * miss;
      continue;
    }
    for (std::size_t k = 0; k < p.size(); ++k) {
      const double miss = p[k] - (static_cast<std::int32_t>(k) == labels[i] ? 1 : 0);
      sum += miss * miss;
    }
  }
  return probabilities.rows == 0 ? NAN : sum / static_cast<double>(probabilities.rows);
}

}  // namespace maxtrick::learn
