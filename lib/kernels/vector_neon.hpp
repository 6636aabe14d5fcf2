// Sixteen lanes in NEON (AArch64), as four registers of floats or eight of doubles. Only a file that is
// compiled for AArch64 may include this header.
//
// vmaxq_f32 and vminq_f32 are not used: they return NaN if either argument is NaN, and they order -0 below +0.
// larger() and smaller() compare and select, as the specification does.
#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

namespace maxtrick::kernels::neon {

struct Mask {
  uint32x4_t v[4];  // all bits of a lane, or none
};
struct Floats {
  float32x4_t v[4];
};
struct Doubles {
  float64x2_t v[8];
};

template <class Result, class Function>
[[gnu::always_inline]] inline Result four(Function function) {
  return {{function(0), function(1), function(2), function(3)}};
}
template <class Function>
[[gnu::always_inline]] inline Doubles eight(Function function) {
  return {{function(0), function(1), function(2), function(3), function(4), function(5),
           function(6), function(7)}};
}

[[gnu::always_inline]] inline Floats operator+(Floats a, Floats b) {
  return four<Floats>([&](int i)
                          __attribute__((always_inline)) { return vaddq_f32(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Floats operator-(Floats a, Floats b) {
  return four<Floats>([&](int i)
                          __attribute__((always_inline)) { return vsubq_f32(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Floats operator*(Floats a, Floats b) {
  return four<Floats>([&](int i)
                          __attribute__((always_inline)) { return vmulq_f32(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Floats operator/(Floats a, Floats b) {
  return four<Floats>([&](int i)
                          __attribute__((always_inline)) { return vdivq_f32(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Mask operator<(Floats a, Floats b) {
  return four<Mask>([&](int i)
                        __attribute__((always_inline)) { return vcltq_f32(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Mask operator==(Floats a, Floats b) {
  return four<Mask>([&](int i)
                        __attribute__((always_inline)) { return vceqq_f32(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Mask operator~(Mask a) {
  return four<Mask>([&](int i) __attribute__((always_inline)) { return vmvnq_u32(a.v[i]); });
}
[[gnu::always_inline]] inline Mask operator|(Mask a, Mask b) {
  return four<Mask>([&](int i)
                        __attribute__((always_inline)) { return vorrq_u32(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline bool any(Mask a) {
  return vmaxvq_u32(vorrq_u32(vorrq_u32(a.v[0], a.v[1]), vorrq_u32(a.v[2], a.v[3]))) != 0;
}

// The index of the first lane that is set; 16 if none is set.
[[gnu::always_inline]] inline std::size_t lowest(Mask a) {
  // Each lane is narrowed to a byte, and then to the four bits that the shift keeps of it.
  const uint16x8_t low = vcombine_u16(vmovn_u32(a.v[0]), vmovn_u32(a.v[1])),
                   high = vcombine_u16(vmovn_u32(a.v[2]), vmovn_u32(a.v[3]));
  const uint8x16_t bytes = vcombine_u8(vmovn_u16(low), vmovn_u16(high));
  const uint8x8_t nibbles = vshrn_n_u16(vreinterpretq_u16_u8(bytes), 4);
  const std::uint64_t bits = vget_lane_u64(vreinterpret_u64_u8(nibbles), 0);
  return bits == 0 ? 16 : static_cast<std::size_t>(__builtin_ctzll(bits)) / 4;
}

// a b + c, rounded once.
[[gnu::always_inline]] inline Floats fma(Floats a, Floats b, Floats c) {
  return four<Floats>([&](int i) __attribute__((always_inline)) {
    return vfmaq_f32(c.v[i], a.v[i], b.v[i]);
  });
}
// c - a b, rounded once.
[[gnu::always_inline]] inline Floats fnma(Floats a, Floats b, Floats c) {
  return four<Floats>([&](int i) __attribute__((always_inline)) {
    return vfmsq_f32(c.v[i], a.v[i], b.v[i]);
  });
}

namespace detail {
[[gnu::always_inline]] inline float32x4_t larger(float32x4_t a, float32x4_t b) {
  return vbslq_f32(vcgtq_f32(a, b), a, b);
}
[[gnu::always_inline]] inline float32x4_t smaller(float32x4_t a, float32x4_t b) {
  return vbslq_f32(vcltq_f32(a, b), a, b);
}
[[gnu::always_inline]] inline float32x2_t half(Floats a, int i) {
  return i % 2 == 0 ? vget_low_f32(a.v[i / 2]) : vget_high_f32(a.v[i / 2]);
}
// Adds n to the exponents of a.
[[gnu::always_inline]] inline float64x2_t scaled(float64x2_t a, int64x2_t n) {
  return vreinterpretq_f64_s64(vaddq_s64(vreinterpretq_s64_f64(a), vshlq_n_s64(n, 52)));
}
}  // namespace detail

// The larger of a and b in each lane; b if either is NaN. smaller() treats NaN in the same way.
[[gnu::always_inline]] inline Floats larger(Floats a, Floats b) {
  return four<Floats>([&](int i) __attribute__((always_inline)) {
    return detail::larger(a.v[i], b.v[i]);
  });
}
[[gnu::always_inline]] inline Floats smaller(Floats a, Floats b) {
  return four<Floats>([&](int i) __attribute__((always_inline)) {
    return detail::smaller(a.v[i], b.v[i]);
  });
}
[[gnu::always_inline]] inline Floats select(Mask m, Floats a, Floats b) {
  return four<Floats>([&](int i) __attribute__((always_inline)) {
    return vbslq_f32(m.v[i], a.v[i], b.v[i]);
  });
}
// a in the lanes of m, 0 in the other lanes.
[[gnu::always_inline]] inline Floats only_lanes(Mask m, Floats a) {
  return four<Floats>([&](int i) __attribute__((always_inline)) {
    return vreinterpretq_f32_u32(vandq_u32(m.v[i], vreinterpretq_u32_f32(a.v[i])));
  });
}
// Subtracts the bit patterns as integers; the difference is the bit pattern of the result.
[[gnu::always_inline]] inline Floats bits_minus(Floats a, Floats b) {
  return four<Floats>([&](int i) __attribute__((always_inline)) {
    return vreinterpretq_f32_u32(
        vsubq_u32(vreinterpretq_u32_f32(a.v[i]), vreinterpretq_u32_f32(b.v[i])));
  });
}

[[gnu::always_inline]] inline Doubles operator+(Doubles a, Doubles b) {
  return eight([&](int i) __attribute__((always_inline)) { return vaddq_f64(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Doubles operator-(Doubles a, Doubles b) {
  return eight([&](int i) __attribute__((always_inline)) { return vsubq_f64(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Doubles operator*(Doubles a, Doubles b) {
  return eight([&](int i) __attribute__((always_inline)) { return vmulq_f64(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Doubles operator/(Doubles a, Doubles b) {
  return eight([&](int i) __attribute__((always_inline)) { return vdivq_f64(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Doubles fma(Doubles a, Doubles b, Doubles c) {
  return eight([&](int i)
                   __attribute__((always_inline)) { return vfmaq_f64(c.v[i], a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Doubles fnma(Doubles a, Doubles b, Doubles c) {
  return eight([&](int i)
                   __attribute__((always_inline)) { return vfmsq_f64(c.v[i], a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Doubles larger(Doubles a, Doubles b) {
  return eight([&](int i) __attribute__((always_inline)) {
    return vbslq_f64(vcgtq_f64(a.v[i], b.v[i]), a.v[i], b.v[i]);
  });
}
[[gnu::always_inline]] inline Doubles smaller(Doubles a, Doubles b) {
  return eight([&](int i) __attribute__((always_inline)) {
    return vbslq_f64(vcltq_f64(a.v[i], b.v[i]), a.v[i], b.v[i]);
  });
}
[[gnu::always_inline]] inline Doubles bits_minus(Doubles a, Doubles b) {
  return eight([&](int i) __attribute__((always_inline)) {
    return vreinterpretq_f64_u64(
        vsubq_u64(vreinterpretq_u64_f64(a.v[i]), vreinterpretq_u64_f64(b.v[i])));
  });
}
[[gnu::always_inline]] inline Doubles select(Mask m, Doubles a, Doubles b) {
  return eight([&](int i) __attribute__((always_inline)) {
    const int32x4_t lanes = vreinterpretq_s32_u32(m.v[i / 2]);
    const int64x2_t wide = i % 2 == 0 ? vmovl_s32(vget_low_s32(lanes)) : vmovl_high_s32(lanes);
    return vbslq_f64(vreinterpretq_u64_s64(wide), a.v[i], b.v[i]);
  });
}
// x < y ? a : b
[[gnu::always_inline]] inline Doubles where_less(Doubles x, Doubles y, Doubles a, Doubles b) {
  return eight([&](int i) __attribute__((always_inline)) {
    return vbslq_f64(vcltq_f64(x.v[i], y.v[i]), a.v[i], b.v[i]);
  });
}

// a 2^n for integral n; a and the result are normal numbers.
[[gnu::always_inline]] inline Doubles times_power_of_two(Doubles a, Floats n) {
  return eight([&](int i) __attribute__((always_inline)) {
    return detail::scaled(a.v[i], vmovl_s32(vcvt_s32_f32(detail::half(n, i))));
  });
}
// The k for which a 2^-k is in [p, 2 p), where p is the double with the bits `pivot`; a > 0.
[[gnu::always_inline]] inline Doubles exponent(Doubles a, std::uint64_t pivot) {
  const int64x2_t shift = vdupq_n_s64(static_cast<std::int64_t>(pivot));
  return eight([&](int i) __attribute__((always_inline)) {
    return vcvtq_f64_s64(vshrq_n_s64(vsubq_s64(vreinterpretq_s64_f64(a.v[i]), shift), 52));
  });
}
// a 2^-k
[[gnu::always_inline]] inline Doubles without_exponent(Doubles a, Doubles k) {
  return eight([&](int i) __attribute__((always_inline)) {
    return detail::scaled(a.v[i], vnegq_s64(vcvtq_s64_f64(k.v[i])));
  });
}

// The entries of the table that the four lowest bits of each z select.
[[gnu::always_inline]] inline Doubles entry(Doubles z, const double (&table)[16]) {
  return eight([&](int i) __attribute__((always_inline)) {
    const uint64x2_t bits = vreinterpretq_u64_f64(z.v[i]);
    return vcombine_f64(vld1_f64(table + vgetq_lane_u64(bits, 0) % 16),
                        vld1_f64(table + vgetq_lane_u64(bits, 1) % 16));
  });
}
// The doubles with the bits table[b mod 16] + b 2^48, where b is the bit pattern of z as an integer.
// Entry i of `table` has i 2^48 subtracted.
[[gnu::always_inline]] inline Doubles power(Doubles z, const std::int64_t (&table)[16]) {
  return eight([&](int i) __attribute__((always_inline)) {
    const uint64x2_t bits = vreinterpretq_u64_f64(z.v[i]);
    const int64x2_t from = vcombine_s64(vld1_s64(table + vgetq_lane_u64(bits, 0) % 16),
                                        vld1_s64(table + vgetq_lane_u64(bits, 1) % 16));
    return vreinterpretq_f64_u64(vaddq_u64(vreinterpretq_u64_s64(from), vshlq_n_u64(bits, 48)));
  });
}
// The doubles with the bits table[b mod 8] + b 2^49. Entry i of `table` has i 2^49 subtracted.
[[gnu::always_inline]] inline Doubles power(Doubles z, const std::int64_t (&table)[8]) {
  return eight([&](int i) __attribute__((always_inline)) {
    const uint64x2_t bits = vreinterpretq_u64_f64(z.v[i]);
    const int64x2_t from = vcombine_s64(vld1_s64(table + vgetq_lane_u64(bits, 0) % 8),
                                        vld1_s64(table + vgetq_lane_u64(bits, 1) % 8));
    return vreinterpretq_f64_u64(vaddq_u64(vreinterpretq_u64_s64(from), vshlq_n_u64(bits, 49)));
  });
}
// Whether any of the y is near a midpoint between two floats: no bit of the integer y + offset is set
// in the places of `field` (correct/rounding.hpp).
[[gnu::always_inline]] inline bool any_near_midpoint(const Doubles (&y)[4], std::uint64_t offset,
                                                     std::uint64_t field) {
  const uint64x2_t add = vdupq_n_u64(offset), places = vdupq_n_u64(field);
  uint64x2_t lacking = vdupq_n_u64(0);
  for (const Doubles& sixteen : y)
    for (const float64x2_t yi : sixteen.v) {
      const uint64x2_t set = vandq_u64(vaddq_u64(vreinterpretq_u64_f64(yi), add), places);
      lacking = vorrq_u64(lacking, vceqzq_u64(set));
    }
  return vmaxvq_u32(vreinterpretq_u32_u64(lacking)) != 0;
}

struct Vector {
  using Floats = neon::Floats;
  using Doubles = neon::Doubles;
  using Mask = neon::Mask;
  using Storage = float;  // of logits and results
  static constexpr std::size_t lanes = 16;
  static constexpr int registers = 8;  // number of registers, counted in sixteen floats each

  [[gnu::always_inline]] static Floats all(float a) {
    return four<Floats>([a](int) __attribute__((always_inline)) { return vdupq_n_f32(a); });
  }
  [[gnu::always_inline]] static Doubles all(double a) {
    return eight([a](int) __attribute__((always_inline)) { return vdupq_n_f64(a); });
  }
  // All lanes if a, else none.
  [[gnu::always_inline]] static Mask where(bool a) { return first(a ? 16 : 0); }
  // The first n lanes, 0 to 16.
  [[gnu::always_inline]] static Mask first(std::size_t n) {
    const uint32x4_t count = vdupq_n_u32(static_cast<std::uint32_t>(n));
    return four<Mask>([&](int i)
                          __attribute__((always_inline)) { return vcltq_u32(indices(i), count); });
  }
  [[gnu::always_inline]] static Mask one(std::size_t lane) {
    const uint32x4_t at = vdupq_n_u32(static_cast<std::uint32_t>(lane));
    return four<Mask>([&](int i)
                          __attribute__((always_inline)) { return vceqq_u32(indices(i), at); });
  }

  [[gnu::always_inline]] static Floats load(const float* p) {
    return four<Floats>([p](int i) __attribute__((always_inline)) {
      return vld1q_f32(p + std::ptrdiff_t{4} * i);
    });
  }
  // This and store_first are not inlined: there is no masked load or store, and only the end of a row needs
  // them.
  [[gnu::noinline]] static Floats load_first(const float* p, std::size_t n, Floats fill) {
    for (std::size_t i = 0; i < 4; ++i, p += 4) {
      const std::size_t count = n < 4 * i ? 0 : n - 4 * i;
      if (count >= 4)
        fill.v[i] = vld1q_f32(p);
      else if (count == 3)
        fill.v[i] = load_quad<3>(p, fill.v[i]);
      else if (count == 2)
        fill.v[i] = load_quad<2>(p, fill.v[i]);
      else if (count == 1)
        fill.v[i] = load_quad<1>(p, fill.v[i]);
    }
    return fill;
  }
  [[gnu::always_inline]] static void store(float* p, Floats a) {
    for (int i = 0; i < 4; ++i) vst1q_f32(p + std::ptrdiff_t{4} * i, a.v[i]);
  }
  [[gnu::noinline]] static void store_first(float* p, std::size_t n, Floats a) {
    for (std::size_t i = 0; i < 4; ++i, p += 4) {
      const std::size_t count = n < 4 * i ? 0 : n - 4 * i;
      if (count >= 4)
        store_quad<4>(p, a.v[i]);
      else if (count == 3)
        store_quad<3>(p, a.v[i]);
      else if (count == 2)
        store_quad<2>(p, a.v[i]);
      else if (count == 1)
        store_quad<1>(p, a.v[i]);
    }
  }
  [[gnu::always_inline]] static Doubles load(const double* p) {
    return eight([p](int i) __attribute__((always_inline)) {
      return vld1q_f64(p + std::ptrdiff_t{2} * i);
    });
  }
  [[gnu::always_inline]] static void store(double* p, Doubles a) {
    for (int i = 0; i < 8; ++i) vst1q_f64(p + std::ptrdiff_t{2} * i, a.v[i]);
  }
  [[gnu::noinline]] static Doubles load_first(const double* p, std::size_t n, Doubles fill) {
    for (std::size_t i = 0; i < 8; ++i, p += 2) {
      if (n >= 2 * i + 2)
        fill.v[i] = vld1q_f64(p);
      else if (n == 2 * i + 1)
        fill.v[i] = vld1q_lane_f64(p, fill.v[i], 0);
    }
    return fill;
  }
  [[gnu::noinline]] static void store_first(double* p, std::size_t n, Doubles a) {
    for (std::size_t i = 0; i < 8; ++i, p += 2) {
      if (n >= 2 * i + 2)
        vst1q_f64(p, a.v[i]);
      else if (n == 2 * i + 1)
        vst1q_lane_f64(p, a.v[i], 0);
    }
  }
  // There is no intrinsic for a store past the caches.
  static constexpr std::size_t stream_alignment = 4;
  [[gnu::always_inline]] static void stream(float* p, Floats a) { store(p, a); }
  [[gnu::always_inline]] static void stream(double* p, Doubles a) { store(p, a); }
  [[gnu::always_inline]] static void fence() {}
  [[gnu::always_inline]] static void prefetch(const void* p) { __builtin_prefetch(p); }
  [[gnu::always_inline]] static void prefetch_to_write(const void* p) { __builtin_prefetch(p, 1); }

  // The float with the bits table[b mod 8] + b 2^20, where b is the bit pattern of z as an integer.
  // Entry i of `table` has i 2^20 subtracted, so that the three lowest bits of b, which are the
  // index i, do not count in the sum.
  [[gnu::always_inline]] static Floats power(Floats z, const std::int32_t (&table)[16]) {
    // The table is looked up by bytes: entry i consists of the bytes 4 i to 4 i + 3.
    const uint8x16x2_t entries{
        {vreinterpretq_u8_s32(vld1q_s32(table)), vreinterpretq_u8_s32(vld1q_s32(table + 4))}};
    return four<Floats>([&](int i) __attribute__((always_inline)) {
      const uint32x4_t bits = vreinterpretq_u32_f32(z.v[i]);
      const uint32x4_t bytes = vmlaq_u32(vdupq_n_u32(0x03020100), vandq_u32(bits, vdupq_n_u32(7)),
                                         vdupq_n_u32(0x04040404));
      const uint32x4_t entry =
          vreinterpretq_u32_u8(vqtbl2q_u8(entries, vreinterpretq_u8_u32(bytes)));
      return vreinterpretq_f32_u32(vaddq_u32(entry, vshlq_n_u32(bits, 20)));
    });
  }

  [[gnu::always_inline]] static float largest(Floats a) {
    float32x4_t m = detail::larger(detail::larger(a.v[0], a.v[1]), detail::larger(a.v[2], a.v[3]));
    m = detail::larger(m, vextq_f32(m, m, 2));
    return vgetq_lane_f32(detail::larger(m, vextq_f32(m, m, 1)), 0);
  }
  [[gnu::always_inline]] static float smallest(Floats a) {
    float32x4_t m =
        detail::smaller(detail::smaller(a.v[0], a.v[1]), detail::smaller(a.v[2], a.v[3]));
    m = detail::smaller(m, vextq_f32(m, m, 2));
    return vgetq_lane_f32(detail::smaller(m, vextq_f32(m, m, 1)), 0);
  }
  [[gnu::always_inline]] static float lane_0(Floats a) { return vgetq_lane_f32(a.v[0], 0); }
  [[gnu::always_inline]] static double lane_0(Doubles a) { return vgetq_lane_f64(a.v[0], 0); }

  [[gnu::always_inline]] static Doubles widen(Floats a) {
    return eight([&](int i)
                     __attribute__((always_inline)) { return vcvt_f64_f32(detail::half(a, i)); });
  }
  [[gnu::always_inline]] static Floats narrow(Doubles a) {
    return four<Floats>([&](int i) __attribute__((always_inline)) {
      return vcvt_high_f32_f64(vcvt_f32_f64(a.v[2 * i]), a.v[2 * i + 1]);
    });
  }
  // The sum of all lanes: lane l is added to lane l + 8, then to l + 4, l + 2 and l + 1. The order
  // is the same for every instruction set, so that the bits are the same.
  [[gnu::always_inline]] static double sum(Doubles a) {
    const float64x2_t by_4_low = vaddq_f64(vaddq_f64(a.v[0], a.v[4]), vaddq_f64(a.v[2], a.v[6]));
    const float64x2_t by_4_high = vaddq_f64(vaddq_f64(a.v[1], a.v[5]), vaddq_f64(a.v[3], a.v[7]));
    return vpaddd_f64(vaddq_f64(by_4_low, by_4_high));
  }

  // Loads columns 0 to width - 1 (width 1 to 4) of 16 rows that begin `stride` floats apart. Lane r
  // of columns[c] is column c of row r. Columns from `width` on are 0.
  [[gnu::always_inline]] static void load_columns(const float* x, std::size_t stride,
                                                  std::size_t width, Floats* columns) {
    switch (width) {
      case 1: return gather<1>(x, stride, columns);
      case 2: return gather<2>(x, stride, columns);
      case 3: return gather<3>(x, stride, columns);
      default: return gather<4>(x, stride, columns);
    }
  }

  // The inverse of load_columns. Nothing is written beyond column width - 1.
  [[gnu::always_inline]] static void store_columns(float* y, std::size_t stride, std::size_t width,
                                                   const Floats* columns) {
    switch (width) {
      case 1: return scatter<1>(y, stride, columns);
      case 2: return scatter<2>(y, stride, columns);
      case 3: return scatter<3>(y, stride, columns);
      default: return scatter<4>(y, stride, columns);
    }
  }

  // The same in float64.
  static void load_columns(const double* x, std::size_t stride, std::size_t width,
                           Doubles* columns) {
    for (std::size_t c = 0; c < 4; ++c) {
      double column[16] = {};
      for (std::size_t r = 0; r < 16 && c < width; ++r) column[r] = x[r * stride + c];
      columns[c] = load(column);
    }
  }
  static void store_columns(double* y, std::size_t stride, std::size_t width,
                            const Doubles* columns) {
    for (std::size_t c = 0; c < width; ++c) {
      double column[16];
      store(column, columns[c]);
      for (std::size_t r = 0; r < 16; ++r) y[r * stride + c] = column[r];
    }
  }

  // The same for sixteen contiguous rows of two classes.
  [[gnu::always_inline]] static void load_dense(const float* x, Floats (&columns)[2]) {
    for (int i = 0; i < 4; ++i) {
      const float32x4x2_t rows = vld2q_f32(x + std::ptrdiff_t{8} * i);
      for (int c = 0; c < 2; ++c) columns[c].v[i] = rows.val[c];
    }
  }
  [[gnu::always_inline]] static void store_dense(float* y, const Floats (&columns)[2]) {
    for (int i = 0; i < 4; ++i) {
      const float32x4x2_t rows{{columns[0].v[i], columns[1].v[i]}};
      vst2q_f32(y + std::ptrdiff_t{8} * i, rows);
    }
  }
  // The same for sixteen contiguous rows of four classes.
  [[gnu::always_inline]] static void load_dense(const float* x, Floats (&columns)[4]) {
    for (int i = 0; i < 4; ++i) {
      const float32x4x4_t rows = vld4q_f32(x + std::ptrdiff_t{16} * i);
      for (int c = 0; c < 4; ++c) columns[c].v[i] = rows.val[c];
    }
  }
  [[gnu::always_inline]] static void store_dense(float* y, const Floats (&columns)[4]) {
    for (int i = 0; i < 4; ++i) {
      const float32x4x4_t rows{
          {columns[0].v[i], columns[1].v[i], columns[2].v[i], columns[3].v[i]}};
      vst4q_f32(y + std::ptrdiff_t{16} * i, rows);
    }
  }

 private:
  // The indices of the lanes of register i.
  [[gnu::always_inline]] static uint32x4_t indices(int i) {
    constexpr std::uint32_t from_0[4] = {0, 1, 2, 3};
    return vaddq_u32(vld1q_u32(from_0), vdupq_n_u32(4 * static_cast<std::uint32_t>(i)));
  }

  // Loads `count` floats, and keeps the other lanes of `fill`.
  template <int count>
  [[gnu::always_inline]] static float32x4_t load_quad(const float* p, float32x4_t fill) {
    if constexpr (count == 4) return vld1q_f32(p);
    if constexpr (count == 3)
      return vld1q_lane_f32(p + 2, vcombine_f32(vld1_f32(p), vget_high_f32(fill)), 2);
    if constexpr (count == 2) return vcombine_f32(vld1_f32(p), vget_high_f32(fill));
    if constexpr (count == 1) return vld1q_lane_f32(p, fill, 0);
  }
  template <int count>
  [[gnu::always_inline]] static void store_quad(float* p, float32x4_t a) {
    if constexpr (count == 4) vst1q_f32(p, a);
    if constexpr (count == 2 || count == 3) vst1_f32(p, vget_low_f32(a));
    if constexpr (count == 3) vst1q_lane_f32(p + 2, a, 2);
    if constexpr (count == 1) vst1q_lane_f32(p, a, 0);
  }

  template <int width>
  [[gnu::always_inline]] static void gather(const float* x, std::size_t stride, Floats* columns) {
    for (std::size_t i = 0; i < 4; ++i) {
      float32x4_t rows[4];
      for (std::size_t r = 0; r < 4; ++r)
        rows[r] = load_quad<width>(x + (4 * i + r) * stride, vdupq_n_f32(0));
      transpose(rows);
      for (std::size_t c = 0; c < 4; ++c) columns[c].v[i] = rows[c];
    }
  }
  template <int width>
  [[gnu::always_inline]] static void scatter(float* y, std::size_t stride, const Floats* columns) {
    for (std::size_t i = 0; i < 4; ++i) {
      float32x4_t rows[4] = {columns[0].v[i], columns[1].v[i], columns[2].v[i], columns[3].v[i]};
      transpose(rows);
      for (std::size_t r = 0; r < 4; ++r) store_quad<width>(y + (4 * i + r) * stride, rows[r]);
    }
  }
  // Transposes a 4 x 4 matrix; r[i] has its row i.
  [[gnu::always_inline]] static void transpose(float32x4_t (&r)[4]) {
    const float64x2_t a = vreinterpretq_f64_f32(vtrn1q_f32(r[0], r[1])),
                      b = vreinterpretq_f64_f32(vtrn2q_f32(r[0], r[1])),
                      c = vreinterpretq_f64_f32(vtrn1q_f32(r[2], r[3])),
                      d = vreinterpretq_f64_f32(vtrn2q_f32(r[2], r[3]));
    r[0] = vreinterpretq_f32_f64(vtrn1q_f64(a, c));
    r[1] = vreinterpretq_f32_f64(vtrn1q_f64(b, d));
    r[2] = vreinterpretq_f32_f64(vtrn2q_f64(a, c));
    r[3] = vreinterpretq_f32_f64(vtrn2q_f64(b, d));
  }
};

}  // namespace maxtrick::kernels::neon
