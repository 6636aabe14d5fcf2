// The networks, data and losses that tests of training use: those of the lab, or smaller ones.
#pragma once

#include "learn/blobs.hpp"
#include "learn/training.hpp"
#include "ops/registry.hpp"
#include "test.hpp"

namespace maxtrick::tests {

inline learn::DataSet lab_data(std::size_t samples = 2000) {
  return learn::make_blobs({.samples = samples,
                            .centres = learn::GivenCentres{{-5, 2}, {-2, -2}, {1, 2}, {5, -2}},
                            .seed = 30});
}

// Returns a network with the layer widths of the lab for batches of 32, whose weights come from
// `random`.
inline learn::Network<float> lab_network(numerics::Random& random) {
  const std::vector<std::size_t> widths{2, 25, 15, 4};
  learn::Network<float> network(widths, 32);
  network.initialise(random);
  return network;
}

inline std::vector<float> copied(std::span<const float> numbers) {
  return {numbers.begin(), numbers.end()};
}

// Returns the loss of the arm with this name, with `softmax` if the arm needs one.
inline learn::MeanLoss mean_loss(const std::string& arm, const std::string& softmax = "",
                                 ops::DType dtype = ops::DType::float32) {
  const ops::Formulation& formulation = *ops::find_formulation(arm);
  return learn::mean_loss(
      ops::with_softmax(formulation, softmax.empty() ? nullptr : ops::find_variant(softmax)),
      dtype);
}
inline learn::MeanLoss naive_loss() { return mean_loss("log_of_softmax", "softmax.naive.scalar"); }
inline learn::MeanLoss clip_loss() { return mean_loss("clip", "softmax.max_trick.scalar"); }

}  // namespace maxtrick::tests
