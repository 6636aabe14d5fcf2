// Gaussian clusters, one a class: scikit-learn's make_blobs, bit for bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

#include "learn/data_set.hpp"

namespace maxtrick::learn {

// A point for each centre, all of one length.
using GivenCentres = std::vector<std::vector<double>>;

// Coordinates uniform from low to high, drawn centre by centre before the first sample.
struct DrawnCentres {
  std::size_t count = 0, features = 0;
  double low = -10, high = 10;
};

struct Blobs {
  std::size_t samples = 0;  // of all centres together
  std::variant<GivenCentres, DrawnCentres> centres;
  std::vector<double> spread = {1};  // the standard deviation: of all, or of each centre
  std::uint32_t seed = 0;
  bool shuffle = true;
};

// make_blobs(n_samples, centers, n_features, cluster_std, center_box, shuffle, random_state=seed)
// of scikit-learn 1.2 (sklearn/datasets/_samples_generator.py). Centre k is class k; samples are
// drawn centre by centre, and where their number does not divide, the first centres have one more.
// There must be a centre, and a spread for each or one for all (else std::out_of_range).
[[nodiscard]] DataSet make_blobs(const Blobs& blobs);

// The logits of the Bayes classifier of these blobs, which knows centres and spreads, for points of
// theirs; rows x classes in C order:
//   log p(x, k) = -|x - c_k|^2 / (2 s_k^2) - features log s_k + a constant,
// all classes as likely (they are, but for the one sample that some have more). No spread is 0.
[[nodiscard]] std::vector<double> bayes_logits(const Blobs& blobs, const DataSet& data);

}  // namespace maxtrick::learn
