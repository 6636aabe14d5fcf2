// e^x as a pair that is never rounded to one float: g 2^40 e^x 2^-N = t (1 + p).
//
// Reduction, p and t follow P. T. P. Tang ("Table-driven implementation of the exponential
// function", ACM TOMS 15(2), 1989): e^x = 2^n e^r, n = x log2(e) rounded to a multiple of 1/8, |r|
// <= ln(2)/16.
//   - z = fma(x, log2 e, magic - N) rounds x log2 e to a multiple of 1/8, since the ULP of magic =
//     1.5 * 2^20 is 1/8; the three lowest bits of z are the index of the table, those above the
//     exponent. n = z - (magic - N) is exact, and so the same for every N: N scales, no more.
//   - r = x - n ln 2 with ln 2 in two floats. The first fma is exact: where n is not 0, |x| > 2^-5,
//     so x and n * (high part, a multiple of 2^-24) are multiples of 2^-28, and so is their
//     difference, which is below 2^-4. The second rounds r: 2^-29 at most.
//   - p = e^r - 1 = r + r^2 q(r), |p| <= 0.0443: its rounding is 2^-29 at most, that of r^2 q below
//     2^-33, and q, a minimax polynomial, leaves 2^-31.4 (scripts/coefficients.sollya).
//   - t = table[n mod 1] * 2^(40 + floor(n) - N). The entries are floats near g 2^(i/8) for one
//   real
//     g, which cancels in every quotient of two exponentials: g = 1.41059171764513 is the best
//     there is, by search through all floats for the first entry; all eight are within 2^-28.4.
// So the relative error of t (1 + p), which any two exponentials share but for g, is below
//   2^-29 (r) + 2^-29 (p) + 2^-33 + 2^-31.4 + 2^-28.4 (table) = 0.12 * 2^-24.
// The factor 2^40 keeps t a normal number down to e^-110.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace maxtrick::variants::accurate {

struct Exponential {
  float t = 0;
  float p = 0;
};

// Exponentials relative to 2^N, N = a log2(e) rounded, for |a| <= 406 and x <= a. What is more than
// 110 below a is taken for e^(a - 110): beside e^a it is nothing, nor are a million of it.
class Exponentials {
 public:
  explicit Exponentials(float a)
      : n_(std::fma(a, log2_e, integers) - integers), least_(a - 110), origin_(magic - n_) {}

  // N.
  [[nodiscard]] int scale() const { return static_cast<int>(n_); }

  [[nodiscard]] Exponential operator()(float x) const {
    if (x < least_) x = least_;
    const float z = std::fma(x, log2_e, origin_);
    const float n = z - origin_;
    const float r = std::fma(-n, ln2_low, std::fma(-n, ln2_high, x));
    const float q = std::fma(std::fma(q2, r, q1), r, q0);
    const auto eighths = std::bit_cast<std::int32_t>(z) - std::bit_cast<std::int32_t>(magic);
    const std::int32_t entry =
        std::bit_cast<std::int32_t>(table[static_cast<std::size_t>(eighths & 7)]);
    return {std::bit_cast<float>(entry + (eighths >> 3 << 23)), std::fma(q, r * r, r)};
  }

 private:
  static constexpr float log2_e = 0x1.715476p0F;
  static constexpr float ln2_high = 0x1.62e43p-1F;
  static constexpr float ln2_low = -0x1.05c61p-29F;
  static constexpr float q0 = 0x1.ffffep-2F, q1 = 0x1.555c76p-3F, q2 = 0x1.57bf28p-5F;
  static constexpr float magic = 0x1.8p20F;     // an ULP of 1/8
  static constexpr float integers = 0x1.8p23F;  // an ULP of 1
  static constexpr std::array<float, 8> table{0x1.691c8ap40F, 0x1.89cb7cp40F, 0x1.ad6fb4p40F,
                                              0x1.d44dbcp40F, 0x1.feb052p40F, 0x1.16747cp41F,
                                              0x1.2fa848p41F, 0x1.4b2404p41F};

  float n_;
  float least_;
  float origin_;
};

// What t (1 + p) stands for, in double: exact but for 2^-53.
[[nodiscard]] inline double value(Exponential e) {
  return std::fma(static_cast<double>(e.t), static_cast<double>(e.p), static_cast<double>(e.t));
}

}  // namespace maxtrick::variants::accurate
