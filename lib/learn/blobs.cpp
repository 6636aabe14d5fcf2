#include "learn/blobs.hpp"

#include <cmath>
#include <numeric>

#include "learn/random_state.hpp"

namespace maxtrick::learn {
namespace {

GivenCentres draw(const DrawnCentres& drawn, RandomState& random) {
  GivenCentres centres(drawn.count, std::vector<double>(drawn.features));
  for (auto& centre : centres)
    for (double& x : centre) x = random.uniform(drawn.low, drawn.high);
  return centres;
}

// The centres, given or drawn. Like make_blobs, this takes drawn centres from the first random
// numbers of `random`.
GivenCentres centres_of(const Blobs& blobs, RandomState& random) {
  const auto* drawn = std::get_if<DrawnCentres>(&blobs.centres);
  return drawn != nullptr ? draw(*drawn, random) : std::get<GivenCentres>(blobs.centres);
}

double spread_of(const Blobs& blobs, std::size_t k) {
  return blobs.spread.size() == 1 ? blobs.spread[0] : blobs.spread.at(k);
}

// log(n_k / n), or 0 without counts.
double log_share(const Blobs& blobs, std::size_t k) {
  if (blobs.counts.empty()) return 0;
  return std::log(static_cast<double>(blobs.counts[k]) / static_cast<double>(blobs.samples));
}

DataSet shuffled(const DataSet& data, RandomState& random) {
  std::vector<std::size_t> order(data.rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  random.shuffle(order);
  DataSet result{data.rows, data.features, data.classes, {}, {}};
  result.X.reserve(data.X.size());
  result.y.reserve(data.y.size());
  for (const std::size_t row : order) {
    for (std::size_t j = 0; j < data.features; ++j)
      result.X.push_back(data.X[row * data.features + j]);
    result.y.push_back(data.y[row]);
  }
  return result;
}

}  // namespace

DataSet make_blobs(const Blobs& blobs) {
  RandomState random(blobs.seed);
  const GivenCentres centres = centres_of(blobs, random);
  DataSet data{blobs.samples, centres.at(0).size(), centres.size(), {}, {}};
  data.X.reserve(data.rows * data.features);
  data.y.reserve(data.rows);
  for (std::size_t k = 0; k < data.classes; ++k) {
    const double spread = spread_of(blobs, k);
    const std::size_t more = k < data.rows % data.classes ? 1 : 0;
    const std::size_t count =
        blobs.counts.empty() ? data.rows / data.classes + more : blobs.counts.at(k);
    for (std::size_t n = 0; n < count; ++n) {
      for (const double x : centres[k]) data.X.push_back(random.normal(x, spread));
      data.y.push_back(static_cast<std::int32_t>(k));
    }
  }
  return blobs.shuffle ? shuffled(data, random) : data;
}

std::vector<double> bayes_logits(const Blobs& blobs, const DataSet& data) {
  RandomState random(blobs.seed);
  const GivenCentres centres = centres_of(blobs, random);
  std::vector<double> logits;
  logits.reserve(data.rows * centres.size());
  for (std::size_t i = 0; i < data.rows; ++i)
    for (std::size_t k = 0; k < centres.size(); ++k) {
      const double s = spread_of(blobs, k);
      double distance2 = 0;
      for (std::size_t j = 0; j < data.features; ++j) {
        const double d = data.X[i * data.features + j] - centres[k][j];
        distance2 += d * d;
      }
      const double density =
          -distance2 / (2 * s * s) - static_cast<double>(data.features) * std::log(s);
      logits.push_back(density + log_share(blobs, k));
    }
  return logits;
}

}  // namespace maxtrick::learn
