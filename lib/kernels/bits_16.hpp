// float16 and bfloat16 as the kernels store them. Conversions are integer arithmetic, except one that F16C has:
// they call no library function, raise no underflow, and the compiler can vectorise them. The layout is that of
// numerics::SmallFloat, whose functions cannot be used here: the linker might keep the copy of one
// that is compiled for an instruction set which the CPU lacks.
//
// To float, conversions are exact. To 16 bits they round to nearest even, and NaN stays quiet. No
// result of a kernel is -0. Therefore a number that rounds to -0 becomes +0 instead.
#pragma once

#include <cstddef>
#include <cstdint>
#ifdef __F16C__
#include <immintrin.h>
#endif

namespace maxtrick::kernels {

namespace bits_16 {

inline constexpr std::uint32_t sign = 0x8000, infinity = 0x7f800000;

[[gnu::always_inline]] inline std::uint32_t of(float x) {
  return __builtin_bit_cast(std::uint32_t, x);
}
[[gnu::always_inline]] inline float number(std::uint32_t bits) {
  return __builtin_bit_cast(float, bits);
}
[[gnu::always_inline]] inline std::uint16_t without_minus_0(std::uint32_t bits) {
  return static_cast<std::uint16_t>(bits == sign ? 0 : bits);
}

}  // namespace bits_16

// IEEE 754 binary16: 11 digits. Its exponent is 112 less than that of a float with the same bits.
struct Float16Bits {
  static constexpr int digits = 11;
  std::uint16_t bits;

  Float16Bits() = default;
  [[gnu::always_inline]] explicit Float16Bits(float x) : bits(rounded(x)) {}

  [[gnu::always_inline]] operator float() const {
#ifdef __F16C__
    return _cvtsh_ss(bits);
#endif
    const std::uint32_t magnitude = bits & 0x7fffU, shifted = magnitude << 13;
    const std::uint32_t normal = shifted + rebias;
    // A subnormal number f 2^-24 is (2^-14 + f 2^-24) - 2^-14, which is exact.
    const std::uint32_t tiny = bits_16::of(bits_16::number(shifted + least_normal) - 0x1p-14F);
    const std::uint32_t finite = magnitude < 0x400 ? tiny : normal;
    const std::uint32_t all = magnitude < 0x7c00 ? finite : normal + rebias;
    return bits_16::number((bits & bits_16::sign) << 16 | all);
  }

 private:
  static constexpr std::uint32_t rebias = 112U << 23, least_normal = 113U << 23;

  [[gnu::always_inline]] static std::uint16_t rounded(float x) {
    const std::uint32_t all = bits_16::of(x), magnitude = all & 0x7fffffffU;
    const std::uint32_t normal = (magnitude + 0xfff + (magnitude >> 13 & 1) - rebias) >> 13;
    // Adding 1/2 rounds to a multiple of 2^-24. The bits above those of 1/2 are the number.
    const std::uint32_t tiny = bits_16::of(bits_16::number(magnitude) + 0.5F) - bits_16::of(0.5F);
    const std::uint32_t finite = magnitude < least_normal ? tiny : normal;
    const std::uint32_t special = magnitude > bits_16::infinity ? 0x7e00 : 0x7c00;
    constexpr std::uint32_t overflow = 0x477ff000;  // 65520, which rounds to infinity
    return bits_16::without_minus_0((all >> 16 & bits_16::sign) |
                                    (magnitude < overflow ? finite : special));
  }
};

// bfloat16, the upper half of a float: 8 digits.
struct BFloat16Bits {
  static constexpr int digits = 8;
  std::uint16_t bits;

  BFloat16Bits() = default;
  [[gnu::always_inline]] explicit BFloat16Bits(float x) : bits(rounded(x)) {}

  [[gnu::always_inline]] operator float() const {
    return bits_16::number(static_cast<std::uint32_t>(bits) << 16);
  }

 private:
  [[gnu::always_inline]] static std::uint16_t rounded(float x) {
    const std::uint32_t all = bits_16::of(x), nan = all >> 16 | 0x40;
    const std::uint32_t nearest = (all + 0x7fff + (all >> 16 & 1)) >> 16;
    return bits_16::without_minus_0((all & 0x7fffffffU) > bits_16::infinity ? nan : nearest);
  }
};

// Up to four numbers of 16 bits as one of 64; `count` is 0 to 4, and the others are 0.
[[gnu::always_inline]] inline std::uint64_t load_quad(const void* from, std::size_t count) {
  const auto* const p = static_cast<const unsigned char*>(from);
  std::uint64_t quad = 0;
  std::uint32_t pair = 0;
  std::uint16_t one = 0;
  if (count == 4) {
    __builtin_memcpy(&quad, p, 8);
    return quad;
  }
  if (count >= 2) __builtin_memcpy(&pair, p, 4);
  if (count % 2 == 1) __builtin_memcpy(&one, p + 2 * (count - 1), 2);
  return count == 1 ? one : std::uint64_t{one} << 32 | pair;
}
[[gnu::always_inline]] inline void store_quad(void* to, std::size_t count, std::uint64_t quad) {
  auto* const p = static_cast<unsigned char*>(to);
  if (count == 4) {
    __builtin_memcpy(p, &quad, 8);
    return;
  }
  const auto pair = static_cast<std::uint32_t>(quad);
  const auto one = static_cast<std::uint16_t>(count == 1 ? quad : quad >> 32);
  if (count >= 2) __builtin_memcpy(p, &pair, 4);
  if (count % 2 == 1) __builtin_memcpy(p + 2 * (count - 1), &one, 2);
}

}  // namespace maxtrick::kernels
