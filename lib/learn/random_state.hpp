// Reproduces the random numbers of NumPy's RandomState bit for bit, so that data sets and training
// runs that were published with a seed can be repeated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>

namespace maxtrick::learn {

// numpy.random.RandomState(seed) for an integer seed. This is NumPy's legacy generator, frozen
// since NumPy 1.16 (NEP 19), as in numpy/random/src/legacy/legacy-distributions.c and mt19937.c.
// The engine is std::mt19937, which has the same initialisation and output as NumPy's MT19937.
class RandomState {
 public:
  // The seed as in numpy.random.RandomState(seed).
  explicit RandomState(std::uint32_t seed) : engine_(seed) {}

  // Uniform on [0, 1): the top 27 bits of one draw, then the top 26 of the next, times 2^-53.
  double uniform();
  // low + (high - low) * uniform().
  double uniform(double low, double high);
  // Standard normal by the polar method (G. Marsaglia and T. A. Bray, SIAM Review 6(3), 1964). The
  // method produces two numbers at a time; the second is stored for the next call. NumPy calls the
  // logarithm of the machine's libm, so this must as well. glibc 2.36 has one implementation for
  // CPUs with FMA and another for the others: 118 of the first 2000000 normals of seed 30 differ
  // between them in a last bit, the first at 55008.
  double normal();
  // mean + deviation * normal().
  double normal(double mean, double deviation);
  // An integer from 0 to `max`, both included. Takes 32-bit draws, masked by the smallest 2^k - 1
  // that is at least `max`, until one is not above `max`. Takes no draw if `max` is 0.
  std::uint32_t interval(std::uint32_t max);
  // RandomState.shuffle: swaps each element, from the last to the second, with a random one at its
  // own position or before it. At most 2^32 elements.
  void shuffle(std::span<std::size_t> elements);

 private:
  // One draw. The result type of std::mt19937 may have more than 32 bits.
  std::uint32_t draw() { return static_cast<std::uint32_t>(engine_()); }

  std::mt19937 engine_;
  std::optional<double> kept_;
};

}  // namespace maxtrick::learn
