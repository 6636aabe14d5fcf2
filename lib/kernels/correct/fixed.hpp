// Numbers of 768 bits for step 3 of the algorithm `correct`: fixed-point numbers, and intervals of
// them with exponentials.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace maxtrick::kernels::correct {

// A multiple of 2^-576 in two's complement, below 2^191 in magnitude. Every float, every double
// between two floats, and every sum of a few of them is one. Results that leave this range are
// unspecified.
struct Fixed {
  static constexpr std::size_t words = 12;
  static constexpr int fraction_bits = 576;

  std::array<std::uint64_t, words> word{};  // the lowest first

  Fixed() = default;
  // A multiple of 2^-576.
  explicit Fixed(double a);

  [[nodiscard]] bool negative() const { return (word[words - 1] >> 63) != 0; }
  [[nodiscard]] bool is_zero() const;
  [[nodiscard]] Fixed operator-() const;
  Fixed& operator+=(const Fixed& b);
  Fixed& operator-=(const Fixed& b) { return *this += -b; }
  // Divides by 2^bits, rounding towards minus infinity; bits < 64.
  [[nodiscard]] Fixed shifted_right(int bits) const;
  // Divides a positive number by a small one, rounding down.
  [[nodiscard]] Fixed divided_by(std::uint64_t divisor) const;
  // -1, 0 or 1
  [[nodiscard]] int compared_with(const Fixed& b) const;
};

// The product of two numbers that are not negative, rounded down.
[[nodiscard]] Fixed product(const Fixed& a, const Fixed& b);

// A positive real number a with low <= a <= high. If `above` is set, a is not equal to `low`.
struct Interval {
  Fixed low, high;
  bool above = false;

  Interval& operator+=(const Interval& b);
};

// e^a for a <= 60. It is exact for a = 0. Otherwise it is transcendental, so that it equals no
// Fixed; the interval is then 2^-538 max(1, e^a) wide or narrower.
[[nodiscard]] Interval exponential_of(const Fixed& a);

// The product with a factor that is not negative.
[[nodiscard]] Interval times(const Interval& a, const Fixed& factor);

// The sign of a - b: -1, 0 or 1. If the intervals overlap, it is that of their lower ends. The exact
// numbers then differ by less than 2^-490 of the larger one, which no row has been seen to need.
[[nodiscard]] int sign_of_difference(const Interval& a, const Interval& b);

}  // namespace maxtrick::kernels::correct
