// Random logits, the same on every machine and standard library.
#pragma once

#include <cstdint>
#include <random>

namespace maxtrick::numerics {

// Engine: std::mt19937_64, whose output the C++ standard fixes. Mappings: our own, stated below,
// since those of std::*_distribution differ between libraries.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  // Uniform on [0, 1): the top 53 bits of one draw, times 2^-53.
  double uniform();
  // Uniform on [low, high]: low + (high - low) * uniform(), rounded; which is how high can come up.
  double uniform(double low, double high);
  // Standard normal by the ratio of uniforms (A. J. Kinderman and J. F. Monahan, ACM TOMS 3(3),
  // 1977): u = 1 - uniform(), then v = (2 uniform() - 1) sqrt(2/e), then v/u where
  // (v/u)^2 <= -4 log u, else again. The value is a quotient; the logarithm only decides whether to
  // keep it, so a libm that differs in a last bit does not move a value.
  double normal();
  // A whole number in [0, n), n >= 1: the high word of one draw times n. Nothing is rejected, so
  // one number costs one draw; the bias is below n * 2^-64.
  std::uint64_t below(std::uint64_t n);

 private:
  std::mt19937_64 engine_;
};

}  // namespace maxtrick::numerics
