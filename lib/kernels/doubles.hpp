// The operations of a vector of doubles (vector_NAME.hpp), for a single double. The functions are
// static: otherwise the linker could use the copy of a file that is compiled for an instruction set
// in files that must run without it. For the same reason no function of the standard library is
// called here.
#pragma once

#include <cstdint>

namespace maxtrick::kernels {

// a b + c, rounded once.
[[gnu::always_inline]] static inline double fma(double a, double b, double c) {
  return __builtin_fma(a, b, c);
}
// c - a b, rounded once.
[[gnu::always_inline]] static inline double fnma(double a, double b, double c) {
  return __builtin_fma(-a, b, c);
}
// The larger of a and b; b if either is NaN. smaller() treats NaN in the same way.
[[gnu::always_inline]] static inline double larger(double a, double b) { return a > b ? a : b; }
[[gnu::always_inline]] static inline double smaller(double a, double b) { return a < b ? a : b; }
// Subtracts the bit patterns as integers; the difference is the bit pattern of the result.
[[gnu::always_inline]] static inline double bits_minus(double a, double b) {
  return __builtin_bit_cast(
      double, __builtin_bit_cast(std::uint64_t, a) - __builtin_bit_cast(std::uint64_t, b));
}
// x < y ? a : b
[[gnu::always_inline]] static inline double where_less(double x, double y, double a, double b) {
  return x < y ? a : b;
}
// a 2^n for integral n; a and the result are normal numbers.
[[gnu::always_inline]] static inline double times_power_of_two(double a, float n) {
  const auto power = static_cast<std::uint64_t>(static_cast<std::int64_t>(n));
  return __builtin_bit_cast(double, __builtin_bit_cast(std::uint64_t, a) + (power << 52));
}
// The k for which a 2^-k is in [p, 2 p), where p is the double with the bits `pivot`; a > 0.
[[gnu::always_inline]] static inline double exponent(double a, std::uint64_t pivot) {
  const auto above = static_cast<std::int64_t>(__builtin_bit_cast(std::uint64_t, a) - pivot);
  return static_cast<double>(above >> 52);
}
// a 2^-k
[[gnu::always_inline]] static inline double without_exponent(double a, double k) {
  const auto power = static_cast<std::uint64_t>(static_cast<std::int64_t>(k));
  return __builtin_bit_cast(double, __builtin_bit_cast(std::uint64_t, a) - (power << 52));
}

// The entry of the table that the four lowest bits of z select.
[[gnu::always_inline]] static inline double entry(double z, const double (&table)[16]) {
  return table[__builtin_bit_cast(std::uint64_t, z) % 16];
}
// The double with the bits table[b mod 16] + b 2^48, where b is the bit pattern of z as an integer.
// Entry i of `table` has i 2^48 subtracted.
[[gnu::always_inline]] static inline double power(double z, const std::int64_t (&table)[16]) {
  const auto bits = __builtin_bit_cast(std::uint64_t, z);
  return __builtin_bit_cast(double, static_cast<std::uint64_t>(table[bits % 16]) + (bits << 48));
}
// The double with the bits table[b mod 8] + b 2^49. Entry i of `table` has i 2^49 subtracted.
[[gnu::always_inline]] static inline double power(double z, const std::int64_t (&table)[8]) {
  const auto bits = __builtin_bit_cast(std::uint64_t, z);
  return __builtin_bit_cast(double, static_cast<std::uint64_t>(table[bits % 8]) + (bits << 49));
}
// Whether y is near a midpoint between two floats: no bit of the integer y + offset is set in the
// places of `field` (correct/rounding.hpp).
[[gnu::always_inline]] static inline bool near_midpoint(double y, std::uint64_t offset,
                                                        std::uint64_t field) {
  return ((__builtin_bit_cast(std::uint64_t, y) + offset) & field) == 0;
}

}  // namespace maxtrick::kernels
