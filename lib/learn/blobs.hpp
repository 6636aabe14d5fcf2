// Gaussian clusters, one for each class: reproduces scikit-learn's make_blobs bit for bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "learn/data_set.hpp"

namespace maxtrick::learn {

// One point for each centre. All points have the same length.
using GivenCentres = std::vector<std::vector<double>>;

// Centres with coordinates uniform from low to high. They are drawn centre by centre, before the
// first sample.
struct DrawnCentres {
  std::size_t count = 0, features = 0;
  double low = -10, high = 10;
};

struct Blobs {
  std::size_t samples = 0;  // the total of all centres
  // The number of samples of each centre, of which `samples` is the sum. Empty: equal numbers.
  std::vector<std::size_t> counts = {};
  std::variant<GivenCentres, DrawnCentres> centres;
  std::vector<double> spread = {1};  // standard deviations: one for all centres, or one for each
  std::uint32_t seed = 0;
  bool shuffle = true;
};

// Equals make_blobs(n_samples, centers, n_features, cluster_std, center_box, shuffle,
// random_state=seed) of scikit-learn 1.2 (sklearn/datasets/_samples_generator.py). Centre k is
// class k. Samples are drawn centre by centre. If their number is not divisible by the number of
// centres, each of the first centres has one more sample. With `counts`, n_samples is that array.
// Throws std::out_of_range if there is no centre, or if there are fewer counts than centres, or
// fewer spreads than centres and not exactly one.
[[nodiscard]] DataSet make_blobs(const Blobs& blobs);

// The logits of the Bayes classifier, which knows the centres and spreads of `blobs`, for the
// points of `data`; rows x classes in C order:
//   log p(x, k) = -|x - c_k|^2 / (2 s_k^2) - features log s_k + log(n_k / n) + a constant.
// n_k are the counts. Without counts it assumes that all classes are equally likely, and leaves out
// their logarithm. They are, except for the one sample more that the first classes may have. No
// spread and no count may be 0.
[[nodiscard]] std::vector<double> bayes_logits(const Blobs& blobs, const DataSet& data);

}  // namespace maxtrick::learn
