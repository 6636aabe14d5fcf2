// The sum of a row of exponentials t (1 + p), in 16 lanes of compensated floats.
//
// Lane l sums the classes l, l + 16, l + 32, ...: a fixed order, whatever the width of a register.
//   - The t are added without loss: a' = a + t leaves t - (a' - a), exactly, since a >= 2^41 > t
//     (T. J. Dekker's Fast2Sum, Numer. Math. 18, 1971).
//   - What is lost and t p go into w, one fma, below 0.0443 t + min(t, ulp(a)/2): its rounding, and
//     those of the tree that adds them, are 3 * 2^-28.5 t for a t well above ulp(a) = 2^18, that
//     is, less than 13 below the largest; 2^-24 t each for a t that a does not see, 17 or more
//     below it.
//   - Each 64 classes the four w of a lane are added in a tree, and a and b renormalised, so that b
//     stays as small as what it carries.
//   - The lanes are added in double, in a tree.
// Relative error of the sum: 3 * 2^-28.5, at worst all of one sign, which is 0.13 u, u = 2^-24; and
// of the share of the sum that lies 13 and more below the largest 3 u at most, which wants a
// hundred thousand such classes to matter. Found: 0.1 u with a million classes 16 below the
// largest, 0.2 u with four million.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "variants/accurate/exponential.hpp"

namespace maxtrick::variants::accurate {

// The sum over x of exponential(x), an Exponential each with t < 2^41.
template <class Function>
[[nodiscard]] double sum(std::span<const float> x, Function exponential) {
  constexpr std::size_t lanes = 16, block = 64;
  constexpr float start = 0x1p41F;
  std::array<float, lanes> a, b{};
  a.fill(start);
  for (std::size_t first = 0; first < x.size(); first += block) {
    std::array<float, block> w{};
    const std::size_t n = std::min(block, x.size() - first);
    for (std::size_t k = 0; k < n; ++k) {
      const Exponential e = exponential(x[first + k]);
      float& high = a[k % lanes];
      const float next = high + e.t;
      w[k] = std::fma(e.t, e.p, e.t - (next - high));
      high = next;
    }
    for (std::size_t l = 0; l < lanes; ++l) {
      const float low = (w[l] + w[l + lanes]) + (w[l + 2 * lanes] + w[l + 3 * lanes]);
      const float next = a[l] + b[l];
      b[l] = low + (b[l] - (next - a[l]));
      a[l] = next;
    }
  }
  std::array<double, lanes> s;
  for (std::size_t l = 0; l < lanes; ++l)
    s[l] = (static_cast<double>(a[l]) - static_cast<double>(start)) + static_cast<double>(b[l]);
  for (std::size_t half = lanes / 2; half > 0; half /= 2)
    for (std::size_t l = 0; l < half; ++l) s[l] += s[l + half];
  return s[0];
}

}  // namespace maxtrick::variants::accurate
