// float16 and bfloat16 as number types: a number has 16 bits, and every operation rounds to them.
//
// Formats: IEEE 754 binary16 (11 digits, 5 exponent bits) and bfloat16 (8 digits, 8 exponent bits),
// both with subnormals, infinities and NaN, as P. Blanchard, D. J. Higham and N. J. Higham (IMA J.
// Numer. Anal. 41(4), 2021) use them.
//
// An operation is computed in double and then rounded to nearest even.
//   - For + - * / this is the correctly rounded result: 53 >= 2 p + 2 digits make the double
//     rounding innocuous (S. A. Figueroa, "When is double rounding innocuous?", SIGNUM Newsletter
//     30(3), 1995), and nothing underflows in double.
//   - exp, log and log1p are those of libm in double. The tests show that their rounded results are
//     correct for every argument.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace maxtrick::numerics {

// `Digits` includes the leading bit, which is not stored. Exponents are those of numeric_limits,
// which are one more than the e of a number 1.x * 2^e.
template <int Digits, int MaxExponent>
class SmallFloat {
 public:
  static constexpr int digits = Digits;
  static constexpr int max_exponent = MaxExponent;
  static constexpr int min_exponent = 3 - MaxExponent;

  constexpr SmallFloat() = default;
  // Rounds to nearest, ties to even. A value beyond the largest finite number by half an ULP or
  // more becomes an infinity.
  template <class Number>
  requires std::is_arithmetic_v<Number>
  constexpr SmallFloat(Number value) : bits_(encode(static_cast<double>(value))) {}
  // Exact.
  constexpr operator double() const { return decode(bits_); }

  [[nodiscard]] static constexpr SmallFloat from_bits(std::uint16_t bits) {
    SmallFloat x;
    x.bits_ = bits;
    return x;
  }
  [[nodiscard]] constexpr std::uint16_t bits() const { return bits_; }
  constexpr SmallFloat operator-() const {
    return from_bits(static_cast<std::uint16_t>(bits_ ^ 0x8000));
  }

  static constexpr std::uint16_t infinity_bits = (2 * MaxExponent - 1) << (Digits - 1);
  static constexpr std::uint16_t nan_bits = infinity_bits | 1 << (Digits - 2);

 private:
  static constexpr int double_bias = 1023;
  static constexpr int least_exponent = min_exponent - 1;  // the least e of a normal 1.x * 2^e

  static constexpr std::uint16_t encode(double value) {
    const auto all = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t sign = all >> 63 << 15, magnitude = all & ~(std::uint64_t{1} << 63);
    if (value != value) return static_cast<std::uint16_t>(sign | nan_bits);
    const int exponent = static_cast<int>(magnitude >> 52) - double_bias;
    if (exponent >= max_exponent) return static_cast<std::uint16_t>(sign | infinity_bits);
    // A value below half the smallest subnormal rounds to 0. The shift below would be too wide for
    // it.
    if (exponent < least_exponent - Digits) return static_cast<std::uint16_t>(sign);
    const std::uint64_t significand = (magnitude & 0xfffffffffffff) | std::uint64_t{1} << 52;
    const int excess = exponent < least_exponent ? least_exponent - exponent : 0;
    const int shift = 53 - Digits + excess;
    std::uint64_t kept = significand >> shift;
    const std::uint64_t half = std::uint64_t{1} << (shift - 1);
    const std::uint64_t lost = significand & (2 * half - 1);
    if (lost > half || (lost == half && kept % 2 == 1)) ++kept;
    // The leading bit of `kept` adds one to the exponent field. Therefore subnormals need no case
    // of their own, and a carry of the rounding increases the exponent, at the top to that of
    // infinity.
    const auto field = static_cast<std::uint64_t>(exponent + excess - least_exponent);
    return static_cast<std::uint16_t>(sign | ((field << (Digits - 1)) + kept));
  }

  static constexpr double decode(std::uint16_t bits) {
    const std::uint64_t sign = std::uint64_t{bits} >> 15 << 63;
    const int field = (bits & 0x7fff) >> (Digits - 1);
    const std::uint64_t fraction = bits & ((1U << (Digits - 1)) - 1);
    if (field == 0) {
      // The product is exact: the fraction is a small integer.
      const double unit = std::bit_cast<double>(
          static_cast<std::uint64_t>(least_exponent - Digits + 1 + double_bias) << 52);
      const double value = static_cast<double>(fraction) * unit;
      return sign ? -value : value;
    }
    const bool special = field == 2 * MaxExponent - 1;
    const auto exponent = static_cast<std::uint64_t>(
        special ? 2 * double_bias + 1 : field - 1 + least_exponent + double_bias);
    return std::bit_cast<double>(sign | exponent << 52 | fraction << (53 - Digits));
  }

  std::uint16_t bits_ = 0;
};

using Float16 = SmallFloat<11, 16>;
using BFloat16 = SmallFloat<8, 128>;

template <class T>
concept Small = std::same_as<T, Float16> || std::same_as<T, BFloat16>;

// The type of an operation with a small operand. An operand of another type is rounded to it first.
template <class A, class B>
requires Small<A> || Small<B>
struct SmallOf {
  static_assert(!Small<A> || !Small<B> || std::same_as<A, B>,
                "float16 and bfloat16 cannot be mixed");
  using Type = std::conditional_t<Small<A>, A, B>;
};
template <class A, class B>
using small_of = typename SmallOf<A, B>::Type;

template <class A, class B>
constexpr small_of<A, B> operator+(A a, B b) {
  using S = small_of<A, B>;
  return double{S(a)} + double{S(b)};
}
template <class A, class B>
constexpr small_of<A, B> operator-(A a, B b) {
  using S = small_of<A, B>;
  return double{S(a)} - double{S(b)};
}
template <class A, class B>
constexpr small_of<A, B> operator*(A a, B b) {
  using S = small_of<A, B>;
  return double{S(a)} * double{S(b)};
}
template <class A, class B>
constexpr small_of<A, B> operator/(A a, B b) {
  using S = small_of<A, B>;
  return double{S(a)} / double{S(b)};
}
template <Small S, class B>
constexpr S& operator+=(S& a, B b) {
  return a = a + b;
}
template <Small S, class B>
constexpr S& operator-=(S& a, B b) {
  return a = a - b;
}
template <Small S, class B>
constexpr S& operator*=(S& a, B b) {
  return a = a * b;
}
template <Small S, class B>
constexpr S& operator/=(S& a, B b) {
  return a = a / b;
}

template <Small S>
S exp(S x) {
  return std::exp(double{x});
}
template <Small S>
S log(S x) {
  return std::log(double{x});
}
template <Small S>
S log1p(S x) {
  return std::log1p(double{x});
}
template <Small S>
S tanh(S x) {
  return std::tanh(double{x});
}
template <Small S>
S pow(S x, S y) {
  return std::pow(double{x}, double{y});
}

}  // namespace maxtrick::numerics

template <int Digits, int MaxExponent>
class std::numeric_limits<maxtrick::numerics::SmallFloat<Digits, MaxExponent>> {
  using T = maxtrick::numerics::SmallFloat<Digits, MaxExponent>;

 public:
  static constexpr bool is_specialized = true;
  static constexpr bool is_signed = true;
  static constexpr bool has_infinity = true;
  static constexpr bool has_quiet_NaN = true;
  static constexpr int digits = Digits;
  static constexpr int max_exponent = MaxExponent;
  static constexpr int min_exponent = T::min_exponent;
  static constexpr T infinity() { return T::from_bits(T::infinity_bits); }
  static constexpr T quiet_NaN() { return T::from_bits(T::nan_bits); }
  static constexpr T max() { return T::from_bits(T::infinity_bits - 1); }
  static constexpr T lowest() { return -max(); }
  static constexpr T min() { return T::from_bits(1 << (Digits - 1)); }
  static constexpr T denorm_min() { return T::from_bits(1); }
  static constexpr T epsilon() { return 1.0 / (1 << (Digits - 1)); }
};
