// Sixteen lanes in AVX2 with FMA, as two registers. Only a file that is compiled for AVX2 and FMA
// may include this header.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

namespace maxtrick::kernels::avx2 {

struct Mask {
  __m256 low, high;  // all bits of a lane, or none
};
struct Floats {
  __m256 low, high;
};
struct Doubles {
  __m256d v[4];
};

[[gnu::always_inline]] inline Floats operator+(Floats a, Floats b) {
  return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)};
}
[[gnu::always_inline]] inline Floats operator-(Floats a, Floats b) {
  return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)};
}
[[gnu::always_inline]] inline Floats operator*(Floats a, Floats b) {
  return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)};
}
[[gnu::always_inline]] inline Floats operator/(Floats a, Floats b) {
  return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)};
}
[[gnu::always_inline]] inline Mask operator<(Floats a, Floats b) {
  return {_mm256_cmp_ps(a.low, b.low, _CMP_LT_OQ), _mm256_cmp_ps(a.high, b.high, _CMP_LT_OQ)};
}
[[gnu::always_inline]] inline Mask operator==(Floats a, Floats b) {
  return {_mm256_cmp_ps(a.low, b.low, _CMP_EQ_OQ), _mm256_cmp_ps(a.high, b.high, _CMP_EQ_OQ)};
}
[[gnu::always_inline]] inline Mask operator~(Mask a) {
  const __m256 all = _mm256_castsi256_ps(_mm256_set1_epi32(-1));
  return {_mm256_xor_ps(a.low, all), _mm256_xor_ps(a.high, all)};
}
[[gnu::always_inline]] inline Mask operator|(Mask a, Mask b) {
  return {_mm256_or_ps(a.low, b.low), _mm256_or_ps(a.high, b.high)};
}
[[gnu::always_inline]] inline bool any(Mask a) {
  return _mm256_movemask_ps(_mm256_or_ps(a.low, a.high)) != 0;
}

// The index of the first lane that is set; 16 if none is set.
[[gnu::always_inline]] inline std::size_t lowest(Mask a) {
  const int bits = _mm256_movemask_ps(a.low) | _mm256_movemask_ps(a.high) << 8;
  return static_cast<std::size_t>(__builtin_ctz(static_cast<unsigned>(bits) | 1U << 16));
}

// a b + c, rounded once.
[[gnu::always_inline]] inline Floats fma(Floats a, Floats b, Floats c) {
  return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}
// c - a b, rounded once.
[[gnu::always_inline]] inline Floats fnma(Floats a, Floats b, Floats c) {
  return {_mm256_fnmadd_ps(a.low, b.low, c.low), _mm256_fnmadd_ps(a.high, b.high, c.high)};
}
// The larger of a and b in each lane; b if either is NaN. smaller() treats NaN in the same way.
[[gnu::always_inline]] inline Floats larger(Floats a, Floats b) {
  return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)};
}
[[gnu::always_inline]] inline Floats smaller(Floats a, Floats b) {
  return {_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)};
}
[[gnu::always_inline]] inline Floats select(Mask m, Floats a, Floats b) {
  return {_mm256_blendv_ps(b.low, a.low, m.low), _mm256_blendv_ps(b.high, a.high, m.high)};
}
// a in the lanes of m, 0 in the other lanes.
[[gnu::always_inline]] inline Floats only_lanes(Mask m, Floats a) {
  return {_mm256_and_ps(m.low, a.low), _mm256_and_ps(m.high, a.high)};
}

namespace detail {
[[gnu::always_inline]] inline __m256 bits_minus(__m256 a, __m256 b) {
  return _mm256_castsi256_ps(_mm256_sub_epi32(_mm256_castps_si256(a), _mm256_castps_si256(b)));
}
}  // namespace detail
// Subtracts the bit patterns as integers; the difference is the bit pattern of the result.
[[gnu::always_inline]] inline Floats bits_minus(Floats a, Floats b) {
  return {detail::bits_minus(a.low, b.low), detail::bits_minus(a.high, b.high)};
}

template <class Function>
[[gnu::always_inline]] inline Doubles each(Function function) {
  return {{function(0), function(1), function(2), function(3)}};
}
[[gnu::always_inline]] inline Doubles operator+(Doubles a, Doubles b) {
  return each([&](int i) __attribute__((always_inline)) { return _mm256_add_pd(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Doubles operator-(Doubles a, Doubles b) {
  return each([&](int i) __attribute__((always_inline)) { return _mm256_sub_pd(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Doubles operator*(Doubles a, Doubles b) {
  return each([&](int i) __attribute__((always_inline)) { return _mm256_mul_pd(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Doubles operator/(Doubles a, Doubles b) {
  return each([&](int i) __attribute__((always_inline)) { return _mm256_div_pd(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Doubles fma(Doubles a, Doubles b, Doubles c) {
  return each([&](int i) __attribute__((always_inline)) {
    return _mm256_fmadd_pd(a.v[i], b.v[i], c.v[i]);
  });
}
[[gnu::always_inline]] inline Doubles fnma(Doubles a, Doubles b, Doubles c) {
  return each([&](int i) __attribute__((always_inline)) {
    return _mm256_fnmadd_pd(a.v[i], b.v[i], c.v[i]);
  });
}
[[gnu::always_inline]] inline Doubles larger(Doubles a, Doubles b) {
  return each([&](int i) __attribute__((always_inline)) { return _mm256_max_pd(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Doubles smaller(Doubles a, Doubles b) {
  return each([&](int i) __attribute__((always_inline)) { return _mm256_min_pd(a.v[i], b.v[i]); });
}
[[gnu::always_inline]] inline Doubles bits_minus(Doubles a, Doubles b) {
  return each([&](int i) __attribute__((always_inline)) {
    return _mm256_castsi256_pd(
        _mm256_sub_epi64(_mm256_castpd_si256(a.v[i]), _mm256_castpd_si256(b.v[i])));
  });
}
[[gnu::always_inline]] inline Doubles select(Mask m, Doubles a, Doubles b) {
  return each([&](int i) __attribute__((always_inline)) {
    const __m256 half = i < 2 ? m.low : m.high;
    const __m128 quarter =
        i % 2 == 0 ? _mm256_castps256_ps128(half) : _mm256_extractf128_ps(half, 1);
    const __m256i lanes = _mm256_cvtepi32_epi64(_mm_castps_si128(quarter));
    return _mm256_blendv_pd(b.v[i], a.v[i], _mm256_castsi256_pd(lanes));
  });
}
// x < y ? a : b
[[gnu::always_inline]] inline Doubles where_less(Doubles x, Doubles y, Doubles a, Doubles b) {
  return each([&](int i) __attribute__((always_inline)) {
    return _mm256_blendv_pd(b.v[i], a.v[i], _mm256_cmp_pd(x.v[i], y.v[i], _CMP_LT_OQ));
  });
}

namespace detail {
[[gnu::always_inline]] inline __m128 quarter(Floats a, int i) {
  const __m256 half = i < 2 ? a.low : a.high;
  return i % 2 == 0 ? _mm256_castps256_ps128(half) : _mm256_extractf128_ps(half, 1);
}
}  // namespace detail

// a 2^n for integral n; a and the result are normal numbers.
[[gnu::always_inline]] inline Doubles times_power_of_two(Doubles a, Floats n) {
  return each([&](int i) __attribute__((always_inline)) {
    const __m256i power = _mm256_cvtepi32_epi64(_mm_cvtps_epi32(detail::quarter(n, i)));
    return _mm256_castsi256_pd(
        _mm256_add_epi64(_mm256_castpd_si256(a.v[i]), _mm256_slli_epi64(power, 52)));
  });
}
// The k for which a 2^-k is in [p, 2 p), where p is the double with the bits `pivot`; a > 0.
[[gnu::always_inline]] inline Doubles exponent(Doubles a, std::uint64_t pivot) {
  // AVX2 can neither shift 64-bit integers arithmetically nor convert them to double. Therefore
  // k + 1023, which is positive, is put into the last bits of the double 2^52. Subtracting
  // 2^52 + 1023 then gives k.
  const __m256i shift = _mm256_set1_epi64x(static_cast<long long>(pivot - (1023ULL << 52)));
  const __m256i two_52 = _mm256_set1_epi64x(0x4330000000000000LL);
  return each([&](int i) __attribute__((always_inline)) {
    const __m256i biased =
        _mm256_srli_epi64(_mm256_sub_epi64(_mm256_castpd_si256(a.v[i]), shift), 52);
    return _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(biased, two_52)),
                         _mm256_set1_pd(0x1p52 + 1023));
  });
}
// a 2^-k
[[gnu::always_inline]] inline Doubles without_exponent(Doubles a, Doubles k) {
  return each([&](int i) __attribute__((always_inline)) {
    const __m256i power = _mm256_cvtepi32_epi64(_mm256_cvtpd_epi32(k.v[i]));
    return _mm256_castsi256_pd(
        _mm256_sub_epi64(_mm256_castpd_si256(a.v[i]), _mm256_slli_epi64(power, 52)));
  });
}

// The entries of the table that the four lowest bits of each z select.
[[gnu::always_inline]] inline Doubles entry(Doubles z, const double (&table)[16]) {
  return each([&](int i) __attribute__((always_inline)) {
    const __m256i index = _mm256_and_si256(_mm256_castpd_si256(z.v[i]), _mm256_set1_epi64x(15));
    return _mm256_i64gather_pd(table, index, 8);
  });
}
// The doubles with the bits table[b mod 16] + b 2^48, where b is the bit pattern of z as an integer.
// Entry i of `table` has i 2^48 subtracted.
[[gnu::always_inline]] inline Doubles power(Doubles z, const std::int64_t (&table)[16]) {
  return each([&](int i) __attribute__((always_inline)) {
    const __m256i bits = _mm256_castpd_si256(z.v[i]);
    const __m256i index = _mm256_and_si256(bits, _mm256_set1_epi64x(15));
    const __m256i from =
        _mm256_i64gather_epi64(reinterpret_cast<const long long*>(table), index, 8);
    return _mm256_castsi256_pd(_mm256_add_epi64(from, _mm256_slli_epi64(bits, 48)));
  });
}
// The doubles with the bits table[b mod 8] + b 2^49. Entry i of `table` has i 2^49 subtracted.
[[gnu::always_inline]] inline Doubles power(Doubles z, const std::int64_t (&table)[8]) {
  // A gather takes longer than looking up both halves of the entries, eight at a time.
  const __m256i order = _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7);
  const auto* const from = reinterpret_cast<const __m256i*>(table);
  const __m256i first = _mm256_permutevar8x32_epi32(_mm256_loadu_si256(from), order),
                last = _mm256_permutevar8x32_epi32(_mm256_loadu_si256(from + 1), order);
  const __m256i low = _mm256_permute2x128_si256(first, last, 0x20),
                high = _mm256_permute2x128_si256(first, last, 0x31);
  return each([&](int i) __attribute__((always_inline)) {
    const __m256i bits = _mm256_castpd_si256(z.v[i]);
    const __m256i entry =
        _mm256_blend_epi32(_mm256_permutevar8x32_epi32(low, bits),
                           _mm256_permutevar8x32_epi32(high, _mm256_slli_epi64(bits, 32)), 0xaa);
    return _mm256_castsi256_pd(_mm256_add_epi64(entry, _mm256_slli_epi64(bits, 49)));
  });
}
// Whether any of the y is near a midpoint between two floats: no bit of the integer y + offset is set
// in the places of `field` (correct/rounding.hpp).
[[gnu::always_inline]] inline bool any_near_midpoint(const Doubles (&y)[4], std::uint64_t offset,
                                                     std::uint64_t field) {
  const __m256i add = _mm256_set1_epi64x(static_cast<long long>(offset));
  const __m256i places = _mm256_set1_epi64x(static_cast<long long>(field));
  __m256i lacking = _mm256_setzero_si256();
  for (const Doubles& four : y)
    for (const __m256d yi : four.v) {
      const __m256i set = _mm256_and_si256(_mm256_add_epi64(_mm256_castpd_si256(yi), add), places);
      lacking = _mm256_or_si256(lacking, _mm256_cmpeq_epi64(set, _mm256_setzero_si256()));
    }
  return _mm256_testz_si256(lacking, lacking) == 0;
}

struct Vector {
  using Floats = avx2::Floats;
  using Doubles = avx2::Doubles;
  using Mask = avx2::Mask;
  using Storage = float;  // of logits and results
  static constexpr std::size_t lanes = 16;
  static constexpr int registers = 8;  // number of registers, counted in sixteen floats each

  [[gnu::always_inline]] static Floats all(float a) {
    return {_mm256_set1_ps(a), _mm256_set1_ps(a)};
  }
  [[gnu::always_inline]] static Doubles all(double a) {
    return each([a](int) __attribute__((always_inline)) { return _mm256_set1_pd(a); });
  }
  // All lanes if a, else none.
  [[gnu::always_inline]] static Mask where(bool a) { return first(a ? 16 : 0); }
  // The first n lanes, 0 to 16.
  [[gnu::always_inline]] static Mask first(std::size_t n) {
    const __m256i count = _mm256_set1_epi32(static_cast<int>(n));
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return {_mm256_castsi256_ps(_mm256_cmpgt_epi32(count, lane)),
            _mm256_castsi256_ps(
                _mm256_cmpgt_epi32(count, _mm256_add_epi32(lane, _mm256_set1_epi32(8))))};
  }
  [[gnu::always_inline]] static Mask one(std::size_t lane) {
    const Mask below = first(lane), here = first(lane + 1);
    return {_mm256_andnot_ps(below.low, here.low), _mm256_andnot_ps(below.high, here.high)};
  }

  [[gnu::always_inline]] static Floats load(const float* p) {
    return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)};
  }
  [[gnu::always_inline]] static Floats load_first(const float* p, std::size_t n, Floats fill) {
    const Mask in = first(n);
    const Floats loaded{_mm256_maskload_ps(p, _mm256_castps_si256(in.low)),
                        _mm256_maskload_ps(p + 8, _mm256_castps_si256(in.high))};
    return select(in, loaded, fill);
  }
  [[gnu::always_inline]] static void store(float* p, Floats a) {
    _mm256_storeu_ps(p, a.low);
    _mm256_storeu_ps(p + 8, a.high);
  }
  [[gnu::always_inline]] static void store_first(float* p, std::size_t n, Floats a) {
    const Mask in = first(n);
    _mm256_maskstore_ps(p, _mm256_castps_si256(in.low), a.low);
    _mm256_maskstore_ps(p + 8, _mm256_castps_si256(in.high), a.high);
  }
  [[gnu::always_inline]] static Doubles load(const double* p) {
    return each([p](int i) __attribute__((always_inline)) {
      return _mm256_loadu_pd(p + std::ptrdiff_t{4} * i);
    });
  }
  [[gnu::always_inline]] static void store(double* p, Doubles a) {
    for (int i = 0; i < 4; ++i) _mm256_storeu_pd(p + std::ptrdiff_t{4} * i, a.v[i]);
  }
  [[gnu::always_inline]] static Doubles load_first(const double* p, std::size_t n, Doubles fill) {
    return each([&](int i) __attribute__((always_inline)) {
      const __m256i in = first_of_four(n, i);
      return _mm256_blendv_pd(fill.v[i], _mm256_maskload_pd(p + std::ptrdiff_t{4} * i, in),
                              _mm256_castsi256_pd(in));
    });
  }
  [[gnu::always_inline]] static void store_first(double* p, std::size_t n, Doubles a) {
    for (int i = 0; i < 4; ++i)
      _mm256_maskstore_pd(p + std::ptrdiff_t{4} * i, first_of_four(n, i), a.v[i]);
  }
  static constexpr std::size_t stream_alignment = 32;
  [[gnu::always_inline]] static void stream(float* p, Floats a) {
    _mm256_stream_ps(p, a.low);
    _mm256_stream_ps(p + 8, a.high);
  }
  [[gnu::always_inline]] static void stream(double* p, Doubles a) {
    for (int i = 0; i < 4; ++i) _mm256_stream_pd(p + std::ptrdiff_t{4} * i, a.v[i]);
  }
  [[gnu::always_inline]] static void fence() { _mm_sfence(); }
  [[gnu::always_inline]] static void prefetch(const void* p) { __builtin_prefetch(p); }
  [[gnu::always_inline]] static void prefetch_to_write(const void* p) { __builtin_prefetch(p, 1); }

  // The float with the bits table[b mod 8] + b 2^20, where b is the bit pattern of z as an integer.
  // Entry i of `table` has i 2^20 subtracted, so that the three lowest bits of b, which are the
  // index i, do not count in the sum.
  [[gnu::always_inline]] static Floats power(Floats z, const std::int32_t (&table)[16]) {
    return {power(z.low, table), power(z.high, table)};
  }

  [[gnu::always_inline]] static float largest(Floats a) {
    const __m256 by_8 = _mm256_max_ps(a.low, a.high);
    __m128 m = _mm_max_ps(_mm256_castps256_ps128(by_8), _mm256_extractf128_ps(by_8, 1));
    m = _mm_max_ps(m, _mm_movehl_ps(m, m));
    return _mm_cvtss_f32(_mm_max_ss(m, _mm_movehdup_ps(m)));
  }
  [[gnu::always_inline]] static float smallest(Floats a) {
    const __m256 by_8 = _mm256_min_ps(a.low, a.high);
    __m128 m = _mm_min_ps(_mm256_castps256_ps128(by_8), _mm256_extractf128_ps(by_8, 1));
    m = _mm_min_ps(m, _mm_movehl_ps(m, m));
    return _mm_cvtss_f32(_mm_min_ss(m, _mm_movehdup_ps(m)));
  }
  [[gnu::always_inline]] static float lane_0(Floats a) { return _mm256_cvtss_f32(a.low); }
  [[gnu::always_inline]] static double lane_0(Doubles a) { return _mm256_cvtsd_f64(a.v[0]); }

  [[gnu::always_inline]] static Doubles widen(Floats a) {
    return each([&](int i) __attribute__((always_inline)) {
      return _mm256_cvtps_pd(detail::quarter(a, i));
    });
  }
  [[gnu::always_inline]] static Floats narrow(Doubles a) {
    return {_mm256_set_m128(_mm256_cvtpd_ps(a.v[1]), _mm256_cvtpd_ps(a.v[0])),
            _mm256_set_m128(_mm256_cvtpd_ps(a.v[3]), _mm256_cvtpd_ps(a.v[2]))};
  }
  // The sum of all lanes: lane l is added to lane l + 8, then to l + 4, l + 2 and l + 1. The order
  // is the same for every instruction set, so that the bits are the same.
  [[gnu::always_inline]] static double sum(Doubles a) {
    const __m256d by_4 =
        _mm256_add_pd(_mm256_add_pd(a.v[0], a.v[2]), _mm256_add_pd(a.v[1], a.v[3]));
    const __m128d by_2 = _mm_add_pd(_mm256_castpd256_pd128(by_4), _mm256_extractf128_pd(by_4, 1));
    return _mm_cvtsd_f64(_mm_add_sd(by_2, _mm_unpackhi_pd(by_2, by_2)));
  }

  // Loads columns 0 to width - 1 (width 1 to 4) of 16 rows that begin `stride` floats apart. Lane r
  // of columns[c] is column c of row r. Columns from `width` on are 0.
  [[gnu::always_inline]] static void load_columns(const float* x, std::size_t stride,
                                                  std::size_t width, Floats* columns) {
    const __m128i in = mask(width);
    if (width == 4)
      gather(
          [&](std::size_t row)
              __attribute__((always_inline)) { return _mm_loadu_ps(x + row * stride); },
          columns);
    else
      gather(
          [&](std::size_t row)
              __attribute__((always_inline)) { return _mm_maskload_ps(x + row * stride, in); },
          columns);
  }

  // The inverse of load_columns. Nothing is written beyond column width - 1.
  [[gnu::always_inline]] static void store_columns(float* y, std::size_t stride, std::size_t width,
                                                   const Floats* columns) {
    if (width == 4)
      return scatter(
          columns, [&](std::size_t row, __m128 quad)
                       __attribute__((always_inline)) { _mm_storeu_ps(y + row * stride, quad); });
    const __m128i in = mask(width);
    scatter(
        columns, [&](std::size_t row, __m128 quad) __attribute__((always_inline)) {
          _mm_maskstore_ps(y + row * stride, in, quad);
        });
  }

  // The same in float64.
  [[gnu::always_inline]] static void load_columns(const double* x, std::size_t stride,
                                                  std::size_t width, Doubles* columns) {
    const __m256i in = first_of_four(width, 0);
    for (std::size_t i = 0; i < 4; ++i) {
      __m256d r[4];
      for (std::size_t j = 0; j < 4; ++j) {
        const double* const row = x + (4 * i + j) * stride;
        r[j] = width == 4 ? _mm256_loadu_pd(row) : _mm256_maskload_pd(row, in);
      }
      transpose(r);
      for (std::size_t j = 0; j < 4; ++j) columns[j].v[i] = r[j];
    }
  }
  [[gnu::always_inline]] static void store_columns(double* y, std::size_t stride, std::size_t width,
                                                   const Doubles* columns) {
    const __m256i in = first_of_four(width, 0);
    for (std::size_t i = 0; i < 4; ++i) {
      __m256d r[4];
      for (std::size_t j = 0; j < 4; ++j) r[j] = columns[j].v[i];
      transpose(r);
      for (std::size_t j = 0; j < 4; ++j) {
        double* const row = y + (4 * i + j) * stride;
        width == 4 ? _mm256_storeu_pd(row, r[j]) : _mm256_maskstore_pd(row, in, r[j]);
      }
    }
  }

  // The same for sixteen contiguous rows of two classes.
  [[gnu::always_inline]] static void load_dense(const float* x, Floats (&columns)[2]) {
    const auto half = [](const float* at, int second) __attribute__((always_inline)) {
      const __m256 a = _mm256_loadu_ps(at), b = _mm256_loadu_ps(at + 8);
      // c has the rows 0, 1, 4, 5, and d has the rows 2, 3, 6, 7.
      const __m256 c = _mm256_permute2f128_ps(a, b, 0x20), d = _mm256_permute2f128_ps(a, b, 0x31);
      return second ? _mm256_shuffle_ps(c, d, 0xdd) : _mm256_shuffle_ps(c, d, 0x88);
    };
    columns[0] = {half(x, 0), half(x + 16, 0)};
    columns[1] = {half(x, 1), half(x + 16, 1)};
  }
  [[gnu::always_inline]] static void store_dense(float* y, const Floats (&columns)[2]) {
    const auto half = [](float* at, __m256 a, __m256 b) __attribute__((always_inline)) {
      const __m256 c = _mm256_unpacklo_ps(a, b), d = _mm256_unpackhi_ps(a, b);
      _mm256_storeu_ps(at, _mm256_permute2f128_ps(c, d, 0x20));
      _mm256_storeu_ps(at + 8, _mm256_permute2f128_ps(c, d, 0x31));
    };
    half(y, columns[0].low, columns[1].low);
    half(y + 16, columns[0].high, columns[1].high);
  }
  // The same for sixteen contiguous rows of four classes.
  [[gnu::always_inline]] static void load_dense(const float* x, Floats (&columns)[4]) {
    load_columns(x, 4, 4, columns);
  }
  [[gnu::always_inline]] static void store_dense(float* y, const Floats (&columns)[4]) {
    store_columns(y, 4, 4, columns);
  }

 private:
  [[gnu::always_inline]] static void transpose(__m256d (&r)[4]) {
    const __m256d a = _mm256_unpacklo_pd(r[0], r[1]), b = _mm256_unpackhi_pd(r[0], r[1]),
                  c = _mm256_unpacklo_pd(r[2], r[3]), d = _mm256_unpackhi_pd(r[2], r[3]);
    r[0] = _mm256_permute2f128_pd(a, c, 0x20);
    r[1] = _mm256_permute2f128_pd(b, d, 0x20);
    r[2] = _mm256_permute2f128_pd(a, c, 0x31);
    r[3] = _mm256_permute2f128_pd(b, d, 0x31);
  }

  // quad(row) returns four columns of a row.
  template <class Quad>
  [[gnu::always_inline]] static void gather(Quad quad, Floats* columns) {
    __m256 low[4], high[4];
    for (std::size_t j = 0; j < 4; ++j) {
      low[j] = _mm256_set_m128(quad(4 + j), quad(j));
      high[j] = _mm256_set_m128(quad(12 + j), quad(8 + j));
    }
    transpose(low);
    transpose(high);
    for (int j = 0; j < 4; ++j) columns[j] = {low[j], high[j]};
  }

  template <class Put>
  [[gnu::always_inline]] static void scatter(const Floats* columns, Put put) {
    __m256 low[4], high[4];
    for (int j = 0; j < 4; ++j) {
      low[j] = columns[j].low;
      high[j] = columns[j].high;
    }
    transpose(low);
    transpose(high);
    for (std::size_t j = 0; j < 4; ++j) {
      put(j, _mm256_castps256_ps128(low[j]));
      put(4 + j, _mm256_extractf128_ps(low[j], 1));
      put(8 + j, _mm256_castps256_ps128(high[j]));
      put(12 + j, _mm256_extractf128_ps(high[j], 1));
    }
  }

  [[gnu::always_inline]] static __m256 power(__m256 z, const std::int32_t (&table)[16]) {
    const __m256i bits = _mm256_castps_si256(z);
    const __m256i entries = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(table));
    const __m256i entry = _mm256_permutevar8x32_epi32(entries, bits);
    return _mm256_castsi256_ps(_mm256_add_epi32(entry, _mm256_slli_epi32(bits, 20)));
  }
  // Lanes 4 i to 4 i + 3 of the mask of the first n lanes.
  [[gnu::always_inline]] static __m256i first_of_four(std::size_t n, int i) {
    const __m256i lane =
        _mm256_add_epi64(_mm256_setr_epi64x(0, 1, 2, 3), _mm256_set1_epi64x(4LL * i));
    return _mm256_cmpgt_epi64(_mm256_set1_epi64x(static_cast<long long>(n)), lane);
  }
  [[gnu::always_inline]] static __m128i mask(std::size_t width) {
    return _mm_cmpgt_epi32(_mm_set1_epi32(static_cast<int>(width)), _mm_setr_epi32(0, 1, 2, 3));
  }
  // Transposes the 4 x 4 matrix in each half of the registers; r[i] has its row i.
  [[gnu::always_inline]] static void transpose(__m256 (&r)[4]) {
    const __m256d a = _mm256_castps_pd(_mm256_unpacklo_ps(r[0], r[1])),
                  b = _mm256_castps_pd(_mm256_unpackhi_ps(r[0], r[1])),
                  c = _mm256_castps_pd(_mm256_unpacklo_ps(r[2], r[3])),
                  d = _mm256_castps_pd(_mm256_unpackhi_ps(r[2], r[3]));
    r[0] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, c));
    r[1] = _mm256_castpd_ps(_mm256_unpackhi_pd(a, c));
    r[2] = _mm256_castpd_ps(_mm256_unpacklo_pd(b, d));
    r[3] = _mm256_castpd_ps(_mm256_unpackhi_pd(b, d));
  }
};

}  // namespace maxtrick::kernels::avx2
