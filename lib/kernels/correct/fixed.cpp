#include "kernels/correct/fixed.hpp"

#include <bit>

namespace maxtrick::kernels::correct {
namespace {

__extension__ using Word2 = unsigned __int128;  // two words

// e^a is computed as (e^(a / 2^squarings))^(2^squarings).
constexpr int squarings = 20;

// e^a for a from -500 to 60, with an error below 2^-540 max(1, e^a):
//   1. y = a 2^-20, |y| < 2^-11. Rounding y costs a relative error of 2^-576.
//   2. e^y by 41 terms of its series: the next one is below 2^-600. Each step of Horner's scheme
//      rounds by at most two units of 2^-576, and errors shrink by |y| in the next step.
//   3. Each squaring doubles the relative error, or, for a result below 1, the absolute one, and
//      rounds by at most one unit. In all, at most 2^20 * 8 units.
Fixed rounded_exponential(const Fixed& a) {
  const Fixed y = a.negative() ? -a.shifted_right(squarings) : a.shifted_right(squarings);
  const Fixed one(1);
  Fixed sum = one;
  for (std::uint64_t k = 41; k > 0; --k) {
    const Fixed term = product(sum, y).divided_by(k);
    sum = one;
    sum += a.negative() ? -term : term;
  }
  for (int i = 0; i < squarings; ++i) sum = product(sum, sum);
  return sum;
}

}  // namespace

Fixed::Fixed(double a) {
  if (a == 0) return;
  const auto bits = std::bit_cast<std::uint64_t>(a);
  const auto exponent = static_cast<int>(bits >> 52 & 0x7ff);
  const std::uint64_t mantissa = (bits & ((1ULL << 52) - 1)) | (exponent == 0 ? 0 : 1ULL << 52);
  // a is mantissa times this power of two, counted from the lowest bit of the lowest word.
  int place = (exponent == 0 ? 1 : exponent) - 1075 + fraction_bits;
  Word2 wide = mantissa;
  if (place < 0) {
    wide >>= place > -64 ? -place : 64;
    place = 0;
  }
  const auto at = static_cast<std::size_t>(place / 64);
  wide <<= place % 64;
  if (at < words) word[at] = static_cast<std::uint64_t>(wide);
  if (at + 1 < words) word[at + 1] = static_cast<std::uint64_t>(wide >> 64);
  if (a < 0) *this = -*this;
}

bool Fixed::is_zero() const {
  for (const std::uint64_t w : word)
    if (w != 0) return false;
  return true;
}

Fixed Fixed::operator-() const {
  Fixed result;
  Word2 carry = 1;
  for (std::size_t i = 0; i < words; ++i) {
    carry += ~word[i];
    result.word[i] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  return result;
}

Fixed& Fixed::operator+=(const Fixed& b) {
  Word2 carry = 0;
  for (std::size_t i = 0; i < words; ++i) {
    carry += static_cast<Word2>(word[i]) + b.word[i];
    word[i] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  return *this;
}

Fixed Fixed::shifted_right(int bits) const {
  Fixed result;
  for (std::size_t i = 0; i < words; ++i) {
    const std::uint64_t next = i + 1 < words ? word[i + 1] : negative() ? ~0ULL : 0;
    result.word[i] = word[i] >> bits | next << (64 - bits);
  }
  return result;
}

Fixed Fixed::divided_by(std::uint64_t divisor) const {
  Fixed result;
  Word2 rest = 0;
  for (std::size_t i = words; i-- > 0;) {
    rest = rest << 64 | word[i];
    result.word[i] = static_cast<std::uint64_t>(rest / divisor);
    rest %= divisor;
  }
  return result;
}

int Fixed::compared_with(const Fixed& b) const {
  if (negative() != b.negative()) return negative() ? -1 : 1;
  for (std::size_t i = words; i-- > 0;)
    if (word[i] != b.word[i]) return word[i] < b.word[i] ? -1 : 1;
  return 0;
}

Fixed product(const Fixed& a, const Fixed& b) {
  constexpr std::size_t n = Fixed::words;
  std::array<std::uint64_t, 2 * n> all{};
  for (std::size_t i = 0; i < n; ++i) {
    if (a.word[i] == 0) continue;
    Word2 carry = 0;
    for (std::size_t j = 0; j < n; ++j) {
      carry += static_cast<Word2>(a.word[i]) * b.word[j] + all[i + j];
      all[i + j] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
    all[i + n] = static_cast<std::uint64_t>(carry);
  }
  Fixed result;
  for (std::size_t i = 0; i < n; ++i) result.word[i] = all[i + Fixed::fraction_bits / 64];
  return result;
}

Interval& Interval::operator+=(const Interval& b) {
  low += b.low;
  high += b.high;
  above = above || b.above;
  return *this;
}

Interval exponential_of(const Fixed& a) {
  if (a.is_zero()) return {Fixed(1), Fixed(1), false};
  const Fixed error(0x1p-540);
  if (a.compared_with(Fixed(-500)) < 0) return {Fixed(), error, true};
  const Fixed value = rounded_exponential(a);
  Interval result{value, value, true};
  Fixed margin = product(error, value);
  margin += error;
  result.low -= margin;
  if (result.low.negative()) result.low = Fixed();
  result.high += margin;
  return result;
}

Interval times(const Interval& a, const Fixed& factor) {
  Interval result{product(a.low, factor), product(a.high, factor), a.above};
  if (a.above) result.high += Fixed(0x1p-576);
  return result;
}

int sign_of_difference(const Interval& a, const Interval& b) {
  const int lower = a.low.compared_with(b.high), upper = a.high.compared_with(b.low);
  if (lower > 0 || (lower == 0 && a.above)) return 1;
  if (upper < 0 || (upper == 0 && b.above)) return -1;
  return a.low.compared_with(b.low);
}

}  // namespace maxtrick::kernels::correct
