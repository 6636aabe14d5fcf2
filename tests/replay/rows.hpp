// Rows of logits that are the same on every machine: no function of libm makes them.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace maxtrick::replay {

// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t bits() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits() % n); }
  // In [0, 1), a multiple of 2^-53.
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }
  // Mean 0 and variance 1, from the sum of three uniform numbers.
  double bell() {
    double sum = -1.5;
    for (int i = 0; i < 3; ++i) sum += uniform();
    return 2 * sum;
  }

 private:
  std::uint64_t state_;
};

// One kind of rows for each property that may select another path in a kernel.
inline constexpr std::string_view kinds[] = {"ordinary", "subnormal", "masked", "huge",    "led",
                                             "ties",     "mixed",     "nan",    "infinite"};

struct Matrix {
  std::size_t rows, classes;
  std::vector<float> logits;
  std::vector<std::int32_t> targets;
};

inline Matrix matrix(std::size_t rows, std::size_t classes, std::size_t kind) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  constexpr float infinity = std::numeric_limits<float>::infinity();
  Random random(1000 * classes + kind);
  Matrix m{rows, classes, std::vector<float>(rows * classes), std::vector<std::int32_t>(rows)};
  for (std::size_t r = 0; r < rows; ++r) {
    const double offset = 3e4 * random.bell();
    float* row = m.logits.data() + r * classes;
    for (std::size_t i = 0; i < classes; ++i) {
      double x = random.bell();
      const std::string_view is = kinds[kind];
      if (is == "subnormal") x *= 30;
      if (is == "masked" && random.below(3) == 0) x = -infinity;
      if (is == "huge") x = offset + 20 * x;
      if (is == "led" && i != r % classes) x -= 300 * random.uniform();
      // Also those of -0 and +0.
      if (is == "ties") x = i % 2 == 0 ? std::rint(x) : -std::fabs(std::rint(x));
      if (is == "mixed" && r % 3 == 0) x *= 40;
      row[i] = static_cast<float>(x);
    }
    // Every second row stays as it is: its neighbour must not change it.
    if (kinds[kind] == "nan" && r % 2 == 0) row[random.below(classes)] = r % 4 == 0 ? nan : -nan;
    if (kinds[kind] == "infinite" && r % 2 == 0) {
      row[random.below(classes)] = infinity;
      if (r % 4 == 0)
        for (std::size_t i = 0; i < classes; ++i) row[i] = -infinity;
    }
    m.targets[r] = static_cast<std::int32_t>(random.below(classes));
  }
  return m;
}

}  // namespace maxtrick::replay
