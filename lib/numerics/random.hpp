// Random numbers that are the same on every machine and with every standard library.
#pragma once

#include <cstdint>
#include <random>

namespace maxtrick::numerics {

// The engine is std::mt19937_64, whose output the C++ standard fixes. The mappings to distributions
// are defined below, because those of std::*_distribution differ between standard libraries.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  // Uniform on [0, 1): the top 53 bits of one draw, times 2^-53.
  double uniform();
  // Uniform on [low, high]: low + (high - low) * uniform(). Rounding can give high itself.
  double uniform(double low, double high);
  // Standard normal by the ratio of uniforms (A. J. Kinderman and J. F. Monahan, ACM TOMS 3(3),
  // 1977): u = 1 - uniform(), then v = (2 uniform() - 1) sqrt(2/e). The value is v/u if
  // (v/u)^2 <= -4 log u; otherwise both are drawn again. The logarithm only decides whether the
  // quotient is kept, so that a libm that differs in the last bit does not change the value.
  double normal();
  // An integer in [0, n), n >= 1: the high word of one draw times n. There is no rejection, so that
  // each number takes exactly one draw. The bias is below n * 2^-64.
  std::uint64_t below(std::uint64_t n);

 private:
  std::mt19937_64 engine_;
};

}  // namespace maxtrick::numerics
