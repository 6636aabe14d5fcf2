// Sixteen lanes in AVX-512 (F, BW, DQ, VL). Only a file that is compiled for these may include this
// header.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace maxtrick::kernels::avx512 {

struct Mask {
  __mmask16 bits;
};
struct Floats {
  __m512 v;
};
struct Doubles {
  __m512d low, high;
};

[[gnu::always_inline]] inline Floats operator+(Floats a, Floats b) {
  return {_mm512_add_ps(a.v, b.v)};
}
[[gnu::always_inline]] inline Floats operator-(Floats a, Floats b) {
  return {_mm512_sub_ps(a.v, b.v)};
}
[[gnu::always_inline]] inline Floats operator*(Floats a, Floats b) {
  return {_mm512_mul_ps(a.v, b.v)};
}
[[gnu::always_inline]] inline Floats operator/(Floats a, Floats b) {
  return {_mm512_div_ps(a.v, b.v)};
}
[[gnu::always_inline]] inline Mask operator<(Floats a, Floats b) {
  return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)};
}
[[gnu::always_inline]] inline Mask operator==(Floats a, Floats b) {
  return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)};
}
[[gnu::always_inline]] inline Mask operator~(Mask a) { return {_knot_mask16(a.bits)}; }
[[gnu::always_inline]] inline Mask operator|(Mask a, Mask b) {
  return {_kor_mask16(a.bits, b.bits)};
}
[[gnu::always_inline]] inline bool any(Mask a) { return a.bits != 0; }

// The index of the first lane that is set; 16 if none is set.
[[gnu::always_inline]] inline std::size_t lowest(Mask a) {
  return static_cast<std::size_t>(__builtin_ctz(a.bits | 1U << 16));
}

// a b + c, rounded once.
[[gnu::always_inline]] inline Floats fma(Floats a, Floats b, Floats c) {
  return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}
// c - a b, rounded once.
[[gnu::always_inline]] inline Floats fnma(Floats a, Floats b, Floats c) {
  return {_mm512_fnmadd_ps(a.v, b.v, c.v)};
}
// The larger of a and b in each lane; b if either is NaN. smaller() treats NaN in the same way.
[[gnu::always_inline]] inline Floats larger(Floats a, Floats b) {
  return {_mm512_max_ps(a.v, b.v)};
}
[[gnu::always_inline]] inline Floats smaller(Floats a, Floats b) {
  return {_mm512_min_ps(a.v, b.v)};
}
[[gnu::always_inline]] inline Floats select(Mask m, Floats a, Floats b) {
  return {_mm512_mask_blend_ps(m.bits, b.v, a.v)};
}
// a in the lanes of m, 0 in the other lanes.
[[gnu::always_inline]] inline Floats only_lanes(Mask m, Floats a) {
  return {_mm512_maskz_mov_ps(m.bits, a.v)};
}
// Subtracts the bit patterns as integers; the difference is the bit pattern of the result.
[[gnu::always_inline]] inline Floats bits_minus(Floats a, Floats b) {
  return {
      _mm512_castsi512_ps(_mm512_sub_epi32(_mm512_castps_si512(a.v), _mm512_castps_si512(b.v)))};
}

[[gnu::always_inline]] inline Doubles operator+(Doubles a, Doubles b) {
  return {_mm512_add_pd(a.low, b.low), _mm512_add_pd(a.high, b.high)};
}
[[gnu::always_inline]] inline Doubles operator-(Doubles a, Doubles b) {
  return {_mm512_sub_pd(a.low, b.low), _mm512_sub_pd(a.high, b.high)};
}
[[gnu::always_inline]] inline Doubles operator*(Doubles a, Doubles b) {
  return {_mm512_mul_pd(a.low, b.low), _mm512_mul_pd(a.high, b.high)};
}
[[gnu::always_inline]] inline Doubles operator/(Doubles a, Doubles b) {
  return {_mm512_div_pd(a.low, b.low), _mm512_div_pd(a.high, b.high)};
}
[[gnu::always_inline]] inline Doubles fma(Doubles a, Doubles b, Doubles c) {
  return {_mm512_fmadd_pd(a.low, b.low, c.low), _mm512_fmadd_pd(a.high, b.high, c.high)};
}
[[gnu::always_inline]] inline Doubles fnma(Doubles a, Doubles b, Doubles c) {
  return {_mm512_fnmadd_pd(a.low, b.low, c.low), _mm512_fnmadd_pd(a.high, b.high, c.high)};
}
[[gnu::always_inline]] inline Doubles larger(Doubles a, Doubles b) {
  return {_mm512_max_pd(a.low, b.low), _mm512_max_pd(a.high, b.high)};
}
[[gnu::always_inline]] inline Doubles smaller(Doubles a, Doubles b) {
  return {_mm512_min_pd(a.low, b.low), _mm512_min_pd(a.high, b.high)};
}
[[gnu::always_inline]] inline Doubles bits_minus(Doubles a, Doubles b) {
  return {
      _mm512_castsi512_pd(_mm512_sub_epi64(_mm512_castpd_si512(a.low), _mm512_castpd_si512(b.low))),
      _mm512_castsi512_pd(
          _mm512_sub_epi64(_mm512_castpd_si512(a.high), _mm512_castpd_si512(b.high)))};
}
[[gnu::always_inline]] inline Doubles select(Mask m, Doubles a, Doubles b) {
  return {_mm512_mask_blend_pd(static_cast<__mmask8>(m.bits), b.low, a.low),
          _mm512_mask_blend_pd(static_cast<__mmask8>(m.bits >> 8), b.high, a.high)};
}
// x < y ? a : b
[[gnu::always_inline]] inline Doubles where_less(Doubles x, Doubles y, Doubles a, Doubles b) {
  return {_mm512_mask_blend_pd(_mm512_cmp_pd_mask(x.low, y.low, _CMP_LT_OQ), b.low, a.low),
          _mm512_mask_blend_pd(_mm512_cmp_pd_mask(x.high, y.high, _CMP_LT_OQ), b.high, a.high)};
}

namespace detail {
[[gnu::always_inline]] inline __m512d times_power(__m512d a, __m256 n) {
  return _mm512_castsi512_pd(
      _mm512_add_epi64(_mm512_castpd_si512(a), _mm512_slli_epi64(_mm512_cvtps_epi64(n), 52)));
}
[[gnu::always_inline]] inline __m256 low_half(__m512 a) { return _mm512_castps512_ps256(a); }
[[gnu::always_inline]] inline __m256 high_half(__m512 a) { return _mm512_extractf32x8_ps(a, 1); }
// As exponent() below: the bits of a minus `pivot`, shifted right by the 52 bits of the fraction,
// are k.
[[gnu::always_inline]] inline __m512d exponent(__m512d a, std::uint64_t pivot) {
  const __m512i above =
      _mm512_sub_epi64(_mm512_castpd_si512(a), _mm512_set1_epi64(static_cast<long long>(pivot)));
  return _mm512_cvtepi64_pd(_mm512_srai_epi64(above, 52));
}
[[gnu::always_inline]] inline __m512d without_exponent(__m512d a, __m512d k) {
  return _mm512_castsi512_pd(
      _mm512_sub_epi64(_mm512_castpd_si512(a), _mm512_slli_epi64(_mm512_cvtpd_epi64(k), 52)));
}
}  // namespace detail

// a 2^n for integral n; a and the result are normal numbers.
[[gnu::always_inline]] inline Doubles times_power_of_two(Doubles a, Floats n) {
  return {detail::times_power(a.low, detail::low_half(n.v)),
          detail::times_power(a.high, detail::high_half(n.v))};
}
// The k for which a 2^-k is in [p, 2 p), where p is the double with the bits `pivot`; a > 0.
[[gnu::always_inline]] inline Doubles exponent(Doubles a, std::uint64_t pivot) {
  return {detail::exponent(a.low, pivot), detail::exponent(a.high, pivot)};
}
// a 2^-k
[[gnu::always_inline]] inline Doubles without_exponent(Doubles a, Doubles k) {
  return {detail::without_exponent(a.low, k.low), detail::without_exponent(a.high, k.high)};
}

namespace detail {
[[gnu::always_inline]] inline __m512d power(__m512d z, __m512i low, __m512i high) {
  const __m512i bits = _mm512_castpd_si512(z);
  return _mm512_castsi512_pd(
      _mm512_add_epi64(_mm512_permutex2var_epi64(low, bits, high), _mm512_slli_epi64(bits, 48)));
}
[[gnu::always_inline]] inline __m512d power(__m512d z, __m512i table) {
  const __m512i bits = _mm512_castpd_si512(z);
  return _mm512_castsi512_pd(
      _mm512_add_epi64(_mm512_permutexvar_epi64(bits, table), _mm512_slli_epi64(bits, 49)));
}
[[gnu::always_inline]] inline __mmask8 lacking(__m512d y, __m512i offset, __m512i field) {
  return _mm512_testn_epi64_mask(_mm512_add_epi64(_mm512_castpd_si512(y), offset), field);
}
}  // namespace detail

// The entries of the table that the four lowest bits of each z select.
[[gnu::always_inline]] inline Doubles entry(Doubles z, const double (&table)[16]) {
  const __m512d low = _mm512_loadu_pd(table), high = _mm512_loadu_pd(table + 8);
  return {_mm512_permutex2var_pd(low, _mm512_castpd_si512(z.low), high),
          _mm512_permutex2var_pd(low, _mm512_castpd_si512(z.high), high)};
}
// The doubles with the bits table[b mod 16] + b 2^48, where b is the bit pattern of z as an integer.
// Entry i of `table` has i 2^48 subtracted.
[[gnu::always_inline]] inline Doubles power(Doubles z, const std::int64_t (&table)[16]) {
  const __m512i low = _mm512_loadu_si512(table), high = _mm512_loadu_si512(table + 8);
  return {detail::power(z.low, low, high), detail::power(z.high, low, high)};
}
// The doubles with the bits table[b mod 8] + b 2^49. Entry i of `table` has i 2^49 subtracted.
[[gnu::always_inline]] inline Doubles power(Doubles z, const std::int64_t (&table)[8]) {
  const __m512i entries = _mm512_loadu_si512(table);
  return {detail::power(z.low, entries), detail::power(z.high, entries)};
}
// Whether any of the y is near a midpoint between two floats: no bit of the integer y + offset is set
// in the places of `field` (correct/rounding.hpp).
[[gnu::always_inline]] inline bool any_near_midpoint(const Doubles (&y)[4], std::uint64_t offset,
                                                     std::uint64_t field) {
  const __m512i add = _mm512_set1_epi64(static_cast<long long>(offset));
  const __m512i places = _mm512_set1_epi64(static_cast<long long>(field));
  const auto either = [&](const Doubles& a) __attribute__((always_inline)) {
    return _kor_mask8(detail::lacking(a.low, add, places), detail::lacking(a.high, add, places));
  };
  return _kor_mask8(_kor_mask8(either(y[0]), either(y[1])),
                    _kor_mask8(either(y[2]), either(y[3]))) != 0;
}

struct Vector {
  using Floats = avx512::Floats;
  using Doubles = avx512::Doubles;
  using Mask = avx512::Mask;
  using Storage = float;  // of logits and results
  static constexpr std::size_t lanes = 16;
  static constexpr int registers = 32;  // number of registers, counted in sixteen floats each

  [[gnu::always_inline]] static Floats all(float a) { return {_mm512_set1_ps(a)}; }
  [[gnu::always_inline]] static Doubles all(double a) {
    return {_mm512_set1_pd(a), _mm512_set1_pd(a)};
  }
  // All lanes if a, else none.
  [[gnu::always_inline]] static Mask where(bool a) { return first(a ? 16 : 0); }
  // The first n lanes, 0 to 16.
  [[gnu::always_inline]] static Mask first(std::size_t n) {
    return {static_cast<__mmask16>((1U << n) - 1)};
  }
  [[gnu::always_inline]] static Mask one(std::size_t lane) {
    return {static_cast<__mmask16>(1U << lane)};
  }

  [[gnu::always_inline]] static Floats load(const float* p) { return {_mm512_loadu_ps(p)}; }
  [[gnu::always_inline]] static Floats load_first(const float* p, std::size_t n, Floats fill) {
    return {_mm512_mask_loadu_ps(fill.v, first(n).bits, p)};
  }
  [[gnu::always_inline]] static void store(float* p, Floats a) { _mm512_storeu_ps(p, a.v); }
  [[gnu::always_inline]] static void store_first(float* p, std::size_t n, Floats a) {
    _mm512_mask_storeu_ps(p, first(n).bits, a.v);
  }
  [[gnu::always_inline]] static Doubles load(const double* p) {
    return {_mm512_loadu_pd(p), _mm512_loadu_pd(p + 8)};
  }
  [[gnu::always_inline]] static void store(double* p, Doubles a) {
    _mm512_storeu_pd(p, a.low);
    _mm512_storeu_pd(p + 8, a.high);
  }
  [[gnu::always_inline]] static Doubles load_first(const double* p, std::size_t n, Doubles fill) {
    const unsigned in = first(n).bits;
    return {_mm512_mask_loadu_pd(fill.low, static_cast<__mmask8>(in), p),
            _mm512_mask_loadu_pd(fill.high, static_cast<__mmask8>(in >> 8), p + 8)};
  }
  [[gnu::always_inline]] static void store_first(double* p, std::size_t n, Doubles a) {
    const unsigned in = first(n).bits;
    _mm512_mask_storeu_pd(p, static_cast<__mmask8>(in), a.low);
    _mm512_mask_storeu_pd(p + 8, static_cast<__mmask8>(in >> 8), a.high);
  }
  static constexpr std::size_t stream_alignment = 64;
  [[gnu::always_inline]] static void stream(float* p, Floats a) { _mm512_stream_ps(p, a.v); }
  [[gnu::always_inline]] static void stream(double* p, Doubles a) {
    _mm512_stream_pd(p, a.low);
    _mm512_stream_pd(p + 8, a.high);
  }
  [[gnu::always_inline]] static void fence() { _mm_sfence(); }
  [[gnu::always_inline]] static void prefetch(const void* p) { __builtin_prefetch(p); }
  [[gnu::always_inline]] static void prefetch_to_write(const void* p) { __builtin_prefetch(p, 1); }

  // The float with the bits table[b mod 8] + b 2^20, where b is the bit pattern of z as an integer.
  // Entry i of `table` has i 2^20 subtracted, so that the three lowest bits of b, which are the
  // index i, do not count in the sum. permutexvar uses four bits of b; the table is there twice.
  [[gnu::always_inline]] static Floats power(Floats z, const std::int32_t (&table)[16]) {
    const __m512i bits = _mm512_castps_si512(z.v);
    const __m512i entry = _mm512_permutexvar_epi32(bits, _mm512_loadu_si512(table));
    return {_mm512_castsi512_ps(_mm512_add_epi32(entry, _mm512_slli_epi32(bits, 20)))};
  }

  [[gnu::always_inline]] static float largest(Floats a) { return _mm512_reduce_max_ps(a.v); }
  [[gnu::always_inline]] static float smallest(Floats a) { return _mm512_reduce_min_ps(a.v); }
  [[gnu::always_inline]] static float lane_0(Floats a) { return _mm512_cvtss_f32(a.v); }
  [[gnu::always_inline]] static double lane_0(Doubles a) { return _mm512_cvtsd_f64(a.low); }

  [[gnu::always_inline]] static Doubles widen(Floats a) {
    return {_mm512_cvtps_pd(detail::low_half(a.v)), _mm512_cvtps_pd(detail::high_half(a.v))};
  }
  [[gnu::always_inline]] static Floats narrow(Doubles a) {
    return {_mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(a.low)),
                               _mm512_cvtpd_ps(a.high), 1)};
  }
  // The sum of all lanes: lane l is added to lane l + 8, then to l + 4, l + 2 and l + 1. The order
  // is the same for every instruction set, so that the bits are the same.
  [[gnu::always_inline]] static double sum(Doubles a) {
    const __m512d by_8 = _mm512_add_pd(a.low, a.high);
    const __m256d by_4 =
        _mm256_add_pd(_mm512_castpd512_pd256(by_8), _mm512_extractf64x4_pd(by_8, 1));
    const __m128d by_2 = _mm_add_pd(_mm256_castpd256_pd128(by_4), _mm256_extractf128_pd(by_4, 1));
    return _mm_cvtsd_f64(_mm_add_sd(by_2, _mm_unpackhi_pd(by_2, by_2)));
  }

  // Loads columns 0 to width - 1 (width 1 to 4) of 16 rows that begin `stride` floats apart. Lane r
  // of columns[c] is column c of row r. Columns from `width` on are 0.
  [[gnu::always_inline]] static void load_columns(const float* x, std::size_t stride,
                                                  std::size_t width, Floats* columns) {
    const __mmask8 in = static_cast<__mmask8>((1U << width) - 1);
    if (width == 4)
      gather(
          [&](std::size_t row)
              __attribute__((always_inline)) { return _mm_loadu_ps(x + row * stride); },
          columns);
    else
      gather(
          [&](std::size_t row)
              __attribute__((always_inline)) { return _mm_maskz_loadu_ps(in, x + row * stride); },
          columns);
  }

  // The inverse of load_columns. Nothing is written beyond column width - 1.
  [[gnu::always_inline]] static void store_columns(float* y, std::size_t stride, std::size_t width,
                                                   const Floats* columns) {
    if (width == 4)
      return scatter(
          columns, [&](std::size_t row, __m128 quad)
                       __attribute__((always_inline)) { _mm_storeu_ps(y + row * stride, quad); });
    const __mmask8 in = static_cast<__mmask8>((1U << width) - 1);
    scatter(
        columns, [&](std::size_t row, __m128 quad) __attribute__((always_inline)) {
          // Otherwise the compiler might merge the extraction with the masked store. An extraction
          // that stores does not suppress the faults of masked lanes (exception class E6NF).
          asm("" : "+v"(quad));
          _mm_mask_storeu_ps(y + row * stride, in, quad);
        });
  }

  // The same in float64.
  [[gnu::always_inline]] static void load_columns(const double* x, std::size_t stride,
                                                  std::size_t width, Doubles* columns) {
    const __mmask8 in = static_cast<__mmask8>((1U << width) - 1);
    __m512d low[4], high[4];
    for (std::size_t j = 0; j < 4; ++j) {
      const auto rows = [&](std::size_t first) __attribute__((always_inline)) {
        const double *const a = x + (first + j) * stride, *const b = a + 4 * stride;
        return width == 4 ? two_rows(_mm256_loadu_pd(a), _mm256_loadu_pd(b))
                          : two_rows(_mm256_maskz_loadu_pd(in, a), _mm256_maskz_loadu_pd(in, b));
      };
      low[j] = rows(0);
      high[j] = rows(8);
    }
    transpose(low);
    transpose(high);
    for (int j = 0; j < 4; ++j) columns[j] = {low[j], high[j]};
  }
  [[gnu::always_inline]] static void store_columns(double* y, std::size_t stride, std::size_t width,
                                                   const Doubles* columns) {
    const __mmask8 in = static_cast<__mmask8>((1U << width) - 1);
    __m512d low[4], high[4];
    for (int j = 0; j < 4; ++j) {
      low[j] = columns[j].low;
      high[j] = columns[j].high;
    }
    transpose(low);
    transpose(high);
    const auto put = [&](std::size_t row, __m256d four) __attribute__((always_inline)) {
      if (width == 4) return _mm256_storeu_pd(y + row * stride, four);
      asm("" : "+v"(four));  // as above
      _mm256_mask_storeu_pd(y + row * stride, in, four);
    };
    for (std::size_t j = 0; j < 4; ++j) {
      put(j, _mm512_castpd512_pd256(low[j]));
      put(4 + j, _mm512_extractf64x4_pd(low[j], 1));
      put(8 + j, _mm512_castpd512_pd256(high[j]));
      put(12 + j, _mm512_extractf64x4_pd(high[j], 1));
    }
  }

  // The same for sixteen contiguous rows of two classes.
  [[gnu::always_inline]] static void load_dense(const float* x, Floats (&columns)[2]) {
    const __m512 a = _mm512_loadu_ps(x), b = _mm512_loadu_ps(x + 16);
    columns[0] = {_mm512_permutex2var_ps(a, every_second(0), b)};
    columns[1] = {_mm512_permutex2var_ps(a, every_second(1), b)};
  }
  [[gnu::always_inline]] static void store_dense(float* y, const Floats (&columns)[2]) {
    const __m512 a = columns[0].v, b = columns[1].v;
    _mm512_storeu_ps(y, _mm512_permutex2var_ps(a, interleaved(0), b));
    _mm512_storeu_ps(y + 16, _mm512_permutex2var_ps(a, interleaved(8), b));
  }
  // The same for sixteen contiguous rows of four classes.
  [[gnu::always_inline]] static void load_dense(const float* x, Floats (&columns)[4]) {
    const __m512 a = _mm512_loadu_ps(x), b = _mm512_loadu_ps(x + 16), c = _mm512_loadu_ps(x + 32),
                 d = _mm512_loadu_ps(x + 48);
    const __m512i first = every_fourth(0, 1), last = every_fourth(2, 3);
    const __m512 ab_01 = _mm512_permutex2var_ps(a, first, b),
                 ab_23 = _mm512_permutex2var_ps(a, last, b),
                 cd_01 = _mm512_permutex2var_ps(c, first, d),
                 cd_23 = _mm512_permutex2var_ps(c, last, d);
    columns[0] = {_mm512_shuffle_f32x4(ab_01, cd_01, 0x44)};
    columns[1] = {_mm512_shuffle_f32x4(ab_01, cd_01, 0xee)};
    columns[2] = {_mm512_shuffle_f32x4(ab_23, cd_23, 0x44)};
    columns[3] = {_mm512_shuffle_f32x4(ab_23, cd_23, 0xee)};
  }
  [[gnu::always_inline]] static void store_dense(float* y, const Floats (&columns)[4]) {
    const __m512 ab_01 = _mm512_shuffle_f32x4(columns[0].v, columns[1].v, 0x44),
                 cd_01 = _mm512_shuffle_f32x4(columns[0].v, columns[1].v, 0xee),
                 ab_23 = _mm512_shuffle_f32x4(columns[2].v, columns[3].v, 0x44),
                 cd_23 = _mm512_shuffle_f32x4(columns[2].v, columns[3].v, 0xee);
    const __m512i first = every_eighth(0), last = every_eighth(4);
    _mm512_storeu_ps(y, _mm512_permutex2var_ps(ab_01, first, ab_23));
    _mm512_storeu_ps(y + 16, _mm512_permutex2var_ps(ab_01, last, ab_23));
    _mm512_storeu_ps(y + 32, _mm512_permutex2var_ps(cd_01, first, cd_23));
    _mm512_storeu_ps(y + 48, _mm512_permutex2var_ps(cd_01, last, cd_23));
  }

 private:
  // Indices of the lanes i, i + 2, ... of two registers.
  [[gnu::always_inline]] static __m512i every_second(int i) {
    return _mm512_setr_epi32(i, i + 2, i + 4, i + 6, i + 8, i + 10, i + 12, i + 14, i + 16, i + 18,
                             i + 20, i + 22, i + 24, i + 26, i + 28, i + 30);
  }
  // Indices of the lanes i, i + 1, ..., alternately of one register and of the other.
  [[gnu::always_inline]] static __m512i interleaved(int i) {
    return _mm512_setr_epi32(i, i + 16, i + 1, i + 17, i + 2, i + 18, i + 3, i + 19, i + 4, i + 20,
                             i + 5, i + 21, i + 6, i + 22, i + 7, i + 23);
  }
  // Indices of the lanes i, i + 4, ... of two registers, then of the lanes j, j + 4, ...
  [[gnu::always_inline]] static __m512i every_fourth(int i, int j) {
    return _mm512_setr_epi32(i, i + 4, i + 8, i + 12, i + 16, i + 20, i + 24, i + 28, j, j + 4,
                             j + 8, j + 12, j + 16, j + 20, j + 24, j + 28);
  }
  // Indices of the lanes i, i + 8, ... of two registers, then the same from i + 1, i + 2 and i + 3
  // on.
  [[gnu::always_inline]] static __m512i every_eighth(int i) {
    return _mm512_setr_epi32(i, i + 8, i + 16, i + 24, i + 1, i + 9, i + 17, i + 25, i + 2, i + 10,
                             i + 18, i + 26, i + 3, i + 11, i + 19, i + 27);
  }

  [[gnu::always_inline]] static __m512d two_rows(__m256d a, __m256d b) {
    return _mm512_insertf64x4(_mm512_castpd256_pd512(a), b, 1);
  }
  // Transposes the 4 x 4 matrix in each half of the registers; r[i] has its row i.
  [[gnu::always_inline]] static void transpose(__m512d (&r)[4]) {
    const __m512d a = _mm512_unpacklo_pd(r[0], r[1]), b = _mm512_unpackhi_pd(r[0], r[1]),
                  c = _mm512_unpacklo_pd(r[2], r[3]), d = _mm512_unpackhi_pd(r[2], r[3]);
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13),
                  last = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
    r[0] = _mm512_permutex2var_pd(a, first, c);
    r[1] = _mm512_permutex2var_pd(b, first, d);
    r[2] = _mm512_permutex2var_pd(a, last, c);
    r[3] = _mm512_permutex2var_pd(b, last, d);
  }

  // quad(row) returns four columns of a row.
  template <class Quad>
  [[gnu::always_inline]] static void gather(Quad quad, Floats* columns) {
    __m512 r[4];
    for (std::size_t j = 0; j < 4; ++j) {
      r[j] = _mm512_castps128_ps512(quad(j));
      r[j] = _mm512_insertf32x4(r[j], quad(4 + j), 1);
      r[j] = _mm512_insertf32x4(r[j], quad(8 + j), 2);
      r[j] = _mm512_insertf32x4(r[j], quad(12 + j), 3);
    }
    transpose(r);
    for (int j = 0; j < 4; ++j) columns[j] = {r[j]};
  }

  template <class Put>
  [[gnu::always_inline]] static void scatter(const Floats* columns, Put put) {
    __m512 r[4] = {columns[0].v, columns[1].v, columns[2].v, columns[3].v};
    transpose(r);
    for (std::size_t j = 0; j < 4; ++j) {
      put(j, _mm512_castps512_ps128(r[j]));
      put(4 + j, _mm512_extractf32x4_ps(r[j], 1));
      put(8 + j, _mm512_extractf32x4_ps(r[j], 2));
      put(12 + j, _mm512_extractf32x4_ps(r[j], 3));
    }
  }

  // Transposes the 4 x 4 matrix in each quarter of the registers; r[i] has its row i.
  [[gnu::always_inline]] static void transpose(__m512 (&r)[4]) {
    const __m512d a = _mm512_castps_pd(_mm512_unpacklo_ps(r[0], r[1])),
                  b = _mm512_castps_pd(_mm512_unpackhi_ps(r[0], r[1])),
                  c = _mm512_castps_pd(_mm512_unpacklo_ps(r[2], r[3])),
                  d = _mm512_castps_pd(_mm512_unpackhi_ps(r[2], r[3]));
    r[0] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
    r[1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
    r[2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
    r[3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
  }
};

}  // namespace maxtrick::kernels::avx512
