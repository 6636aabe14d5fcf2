// Sixteen numbers of 16 bits in NEON, as two registers, for Stored (stored.hpp).
#pragma once

#include "kernels/bits_16.hpp"
#include "kernels/vector_neon.hpp"

namespace maxtrick::kernels::neon {

struct Halves {
  struct Bits {
    uint16x8_t v[2];
  };

  template <class S>
  [[gnu::always_inline]] static Floats widened(Bits a) {
    return four<Floats>([&](int i) __attribute__((always_inline)) {
      const uint16x4_t quarter = i % 2 == 0 ? vget_low_u16(a.v[i / 2]) : vget_high_u16(a.v[i / 2]);
      if constexpr (S::digits == Float16Bits::digits)
        return vcvt_f32_f16(vreinterpret_f16_u16(quarter));
      else
        return vreinterpretq_f32_u32(vshll_n_u16(quarter, 16));
    });
  }
  // NaN must be the one of range.hpp.
  template <class S>
  [[gnu::always_inline]] static Bits narrowed(Floats a) {
    Bits y;
    for (int i = 0; i < 2; ++i) {
      const uint16x8_t all = vcombine_u16(quarter<S>(a.v[2 * i]), quarter<S>(a.v[2 * i + 1]));
      y.v[i] = vbicq_u16(all, vceqq_u16(all, vdupq_n_u16(0x8000)));  // +0 instead of -0
    }
    return y;
  }

  [[gnu::always_inline]] static Bits load(const void* p) { return {{eight(p, 0), eight(p, 1)}}; }
  // This and store_first are not inlined: there is no masked load or store, and only the end of a
  // row needs them.
  [[gnu::noinline]] static Bits load_first(const void* p, std::size_t n) {
    uint16x4_t a[4];
    for (std::size_t i = 0; i < 4; ++i) a[i] = vcreate_u16(load_quad(at(p, 4 * i), count(n, i)));
    return {{vcombine_u16(a[0], a[1]), vcombine_u16(a[2], a[3])}};
  }
  [[gnu::always_inline]] static void store(void* p, Bits a) {
    for (int i = 0; i < 2; ++i) vst1q_u16(static_cast<std::uint16_t*>(p) + 8 * i, a.v[i]);
  }
  [[gnu::noinline]] static void store_first(void* p, std::size_t n, Bits a) {
    for (std::size_t i = 0; i < 2; ++i) {
      const uint64x2_t two = vreinterpretq_u64_u16(a.v[i]);
      store_quad(at(p, 8 * i), count(n, 2 * i), vgetq_lane_u64(two, 0));
      store_quad(at(p, 8 * i + 4), count(n, 2 * i + 1), vgetq_lane_u64(two, 1));
    }
  }
  // There is no intrinsic for a store past the caches.
  static constexpr std::size_t stream_alignment = 2;
  [[gnu::always_inline]] static void stream(void* p, Bits a) { store(p, a); }

  // As Vector::load_columns and Vector::store_columns.
  [[gnu::always_inline]] static void load_columns(const void* x, std::size_t stride,
                                                  std::size_t width, Bits (&columns)[4]) {
    for (std::size_t i = 0; i < 2; ++i) {
      const auto quad = [&](std::size_t row) __attribute__((always_inline)) {
        return vcreate_u16(load_quad(at(x, (8 * i + row) * stride), width));
      };
      uint16x8_t r[4];
      for (std::size_t j = 0; j < 4; ++j) r[j] = vcombine_u16(quad(j), quad(4 + j));
      const uint32x4_t a = as_32(vtrn1q_u16(r[0], r[1])), b = as_32(vtrn2q_u16(r[0], r[1])),
                       c = as_32(vtrn1q_u16(r[2], r[3])), d = as_32(vtrn2q_u16(r[2], r[3]));
      columns[0].v[i] = as_16(vtrn1q_u32(a, c));
      columns[1].v[i] = as_16(vtrn1q_u32(b, d));
      columns[2].v[i] = as_16(vtrn2q_u32(a, c));
      columns[3].v[i] = as_16(vtrn2q_u32(b, d));
    }
  }
  [[gnu::always_inline]] static void store_columns(void* y, std::size_t stride, std::size_t width,
                                                   const Bits (&columns)[4]) {
    for (std::size_t i = 0; i < 2; ++i) {
      const uint32x4_t c0 = as_32(columns[0].v[i]), c1 = as_32(columns[1].v[i]),
                       c2 = as_32(columns[2].v[i]), c3 = as_32(columns[3].v[i]);
      const uint16x8_t a = as_16(vtrn1q_u32(c0, c2)), b = as_16(vtrn1q_u32(c1, c3)),
                       c = as_16(vtrn2q_u32(c0, c2)), d = as_16(vtrn2q_u32(c1, c3));
      const uint16x8_t r[4] = {vtrn1q_u16(a, b), vtrn2q_u16(a, b), vtrn1q_u16(c, d),
                               vtrn2q_u16(c, d)};
      for (std::size_t j = 0; j < 4; ++j) {
        const uint64x2_t two = vreinterpretq_u64_u16(r[j]);
        store_quad(at(y, (8 * i + j) * stride), width, vgetq_lane_u64(two, 0));
        store_quad(at(y, (8 * i + 4 + j) * stride), width, vgetq_lane_u64(two, 1));
      }
    }
  }

  // The same for sixteen contiguous rows of two and of four classes.
  [[gnu::always_inline]] static void load_dense(const void* x, Bits (&columns)[2]) {
    for (std::size_t i = 0; i < 2; ++i) {
      const uint16x8x2_t rows = vld2q_u16(at(x, 16 * i));
      for (int c = 0; c < 2; ++c) columns[c].v[i] = rows.val[c];
    }
  }
  [[gnu::always_inline]] static void store_dense(void* y, const Bits (&columns)[2]) {
    for (std::size_t i = 0; i < 2; ++i)
      vst2q_u16(at(y, 16 * i), uint16x8x2_t{{columns[0].v[i], columns[1].v[i]}});
  }
  [[gnu::always_inline]] static void load_dense(const void* x, Bits (&columns)[4]) {
    for (std::size_t i = 0; i < 2; ++i) {
      const uint16x8x4_t rows = vld4q_u16(at(x, 32 * i));
      for (int c = 0; c < 4; ++c) columns[c].v[i] = rows.val[c];
    }
  }
  [[gnu::always_inline]] static void store_dense(void* y, const Bits (&columns)[4]) {
    for (std::size_t i = 0; i < 2; ++i)
      vst4q_u16(at(y, 32 * i),
                uint16x8x4_t{{columns[0].v[i], columns[1].v[i], columns[2].v[i], columns[3].v[i]}});
  }

 private:
  [[gnu::always_inline]] static const std::uint16_t* at(const void* p, std::size_t i) {
    return static_cast<const std::uint16_t*>(p) + i;
  }
  [[gnu::always_inline]] static std::uint16_t* at(void* p, std::size_t i) {
    return static_cast<std::uint16_t*>(p) + i;
  }
  [[gnu::always_inline]] static uint16x8_t eight(const void* p, std::size_t i) {
    return vld1q_u16(at(p, 8 * i));
  }
  // How many of the first n are in quarter i.
  [[gnu::always_inline]] static std::size_t count(std::size_t n, std::size_t i) {
    return n < 4 * i ? 0 : n - 4 * i < 4 ? n - 4 * i : 4;
  }
  [[gnu::always_inline]] static uint32x4_t as_32(uint16x8_t a) { return vreinterpretq_u32_u16(a); }
  [[gnu::always_inline]] static uint16x8_t as_16(uint32x4_t a) { return vreinterpretq_u16_u32(a); }

  template <class S>
  [[gnu::always_inline]] static uint16x4_t quarter(float32x4_t a) {
    if constexpr (S::digits == Float16Bits::digits) {
      return vreinterpret_u16_f16(vcvt_f16_f32(a));
    } else {
      const uint32x4_t all = vreinterpretq_u32_f32(a);
      const uint32x4_t odd = vandq_u32(vshrq_n_u32(all, 16), vdupq_n_u32(1));
      return vshrn_n_u32(vaddq_u32(all, vaddq_u32(vdupq_n_u32(0x7fff), odd)), 16);
    }
  }
};

}  // namespace maxtrick::kernels::neon
