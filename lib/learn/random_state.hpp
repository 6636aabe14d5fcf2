// The random numbers of NumPy's RandomState, bit for bit, so that data sets and trainings which
// were published with a seed can be had again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>

namespace maxtrick::learn {

// numpy.random.RandomState(seed) for an integer seed: NumPy's legacy generator, frozen since NumPy
// 1.16 (NEP 19), as numpy/random/src/legacy/legacy-distributions.c and mt19937.c have it. The
// engine is std::mt19937, whose initialiser and output are those of NumPy's MT19937.
class RandomState {
 public:
  explicit RandomState(std::uint32_t seed) : engine_(seed) {}

  // Uniform on [0, 1): the top 27 bits of one draw, then the top 26 of the next, times 2^-53.
  double uniform();
  // low + (high - low) * uniform().
  double uniform(double low, double high);
  // Standard normal by the polar method (G. Marsaglia and T. A. Bray, SIAM Review 6(3), 1964),
  // which makes two at a time: the second is kept for the next call. NumPy takes the logarithm of
  // the machine's libm, and so must this. glibc 2.36 has one for CPUs with FMA and one for the
  // rest: 118 of the first 2000000 normals of seed 30 differ between them in a last bit, the first
  // at 55008.
  double normal();
  // mean + deviation * normal().
  double normal(double mean, double deviation);
  // A whole number from 0 to `max`, both included: 32-bit draws under the smallest mask of ones
  // that covers `max`, until one is not above it. No draw for a max of 0.
  std::uint32_t interval(std::uint32_t max);
  // RandomState.shuffle: from the last element to the second, each swapped with one up to its own
  // place. At most 2^32 elements.
  void shuffle(std::span<std::size_t> elements);

 private:
  // One draw: std::mt19937 gives 32 bits in a type that may have more.
  std::uint32_t draw() { return static_cast<std::uint32_t>(engine_()); }

  std::mt19937 engine_;
  std::optional<double> kept_;
};

}  // namespace maxtrick::learn
