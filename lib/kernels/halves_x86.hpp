// Sixteen numbers of 16 bits in an AVX2 register: what halves_avx2.hpp and halves_avx512.hpp share.
#pragma once

#include <immintrin.h>

#include "kernels/bits_16.hpp"

namespace maxtrick::kernels::MAXTRICK_VECTOR {

struct HalvesOfX86 {
  using Bits = __m256i;

  [[gnu::always_inline]] static Bits load(const void* p) {
    return _mm256_loadu_si256(static_cast<const __m256i_u*>(p));
  }
  [[gnu::always_inline]] static void store(void* p, Bits a) {
    _mm256_storeu_si256(static_cast<__m256i_u*>(p), a);
  }
  static constexpr std::size_t stream_alignment = 32;
  [[gnu::always_inline]] static void stream(void* p, Bits a) {
    _mm256_stream_si256(static_cast<__m256i*>(p), a);
  }

  // As Vector::load_columns and Vector::store_columns.
  template <class S>
  [[gnu::always_inline]] static void load_columns(const S* x, std::size_t stride, std::size_t width,
                                                  Bits (&columns)[4]) {
    if (width == 4)
      gather(
          [&](std::size_t row) __attribute__((always_inline)) { return quad(x + row * stride); },
          columns);
    else
      gather(
          [&](std::size_t row) __attribute__((always_inline)) {
            return _mm_cvtsi64_si128(static_cast<long long>(load_quad(x + row * stride, width)));
          },
          columns);
  }
  template <class S>
  [[gnu::always_inline]] static void store_columns(S* y, std::size_t stride, std::size_t width,
                                                   const Bits (&columns)[4]) {
    if (width == 4)
      return scatter(
          columns, [&](std::size_t row, __m128i two) __attribute__((always_inline)) {
            _mm_storel_epi64(reinterpret_cast<__m128i_u*>(y + row * stride), two);
            // Not _mm_storeh_pd: in GCC it assigns to a double, which must be aligned and must not
            // alias the numbers of 16 bits.
            _mm_storeh_pi(reinterpret_cast<__m64*>(y + (row + 1) * stride), _mm_castsi128_ps(two));
          });
    scatter(
        columns, [&](std::size_t row, __m128i two) __attribute__((always_inline)) {
          store_quad(y + row * stride, width, static_cast<std::uint64_t>(_mm_cvtsi128_si64(two)));
          store_quad(y + (row + 1) * stride, width,
                     static_cast<std::uint64_t>(_mm_extract_epi64(two, 1)));
        });
  }

  // The same for sixteen contiguous rows of two classes.
  [[gnu::always_inline]] static void load_dense(const void* x, Bits (&columns)[2]) {
    const Bits a = load(x), b = load(static_cast<const char*>(x) + 32);
    const Bits low = _mm256_set1_epi32(0xffff);
    const auto joined = [](Bits first, Bits second) __attribute__((always_inline)) {
      return _mm256_permute4x64_epi64(_mm256_packus_epi32(first, second), 0xd8);
    };
    columns[0] = joined(_mm256_and_si256(a, low), _mm256_and_si256(b, low));
    columns[1] = joined(_mm256_srli_epi32(a, 16), _mm256_srli_epi32(b, 16));
  }
  [[gnu::always_inline]] static void store_dense(void* y, const Bits (&columns)[2]) {
    // `low` has the rows 0 to 3 and 8 to 11, `high` the others.
    const Bits low = _mm256_unpacklo_epi16(columns[0], columns[1]),
               high = _mm256_unpackhi_epi16(columns[0], columns[1]);
    store(y, _mm256_permute2x128_si256(low, high, 0x20));
    store(static_cast<char*>(y) + 32, _mm256_permute2x128_si256(low, high, 0x31));
  }
  // The same for sixteen contiguous rows of four classes.
  template <class S>
  [[gnu::always_inline]] static void load_dense(const S* x, Bits (&columns)[4]) {
    load_columns(x, 4, 4, columns);
  }
  template <class S>
  [[gnu::always_inline]] static void store_dense(S* y, const Bits (&columns)[4]) {
    store_columns(y, 4, 4, columns);
  }

 protected:
  [[gnu::always_inline]] static __m128i quad(const void* p) {
    return _mm_loadl_epi64(static_cast<const __m128i_u*>(p));
  }

 private:
  // quad(row) returns four columns of a row, 64 bits.
  template <class Quad>
  [[gnu::always_inline]] static void gather(Quad quad, Bits (&columns)[4]) {
    Bits r[4];  // r[j] has the rows j, 4 + j, 8 + j and 12 + j.
    for (std::size_t j = 0; j < 4; ++j)
      r[j] = _mm256_set_m128i(_mm_unpacklo_epi64(quad(8 + j), quad(12 + j)),
                              _mm_unpacklo_epi64(quad(j), quad(4 + j)));
    // The two columns of a pair, for the first four rows of each half; then for the last four.
    const Bits a = _mm256_unpacklo_epi16(r[0], r[1]), b = _mm256_unpacklo_epi16(r[2], r[3]),
               c = _mm256_unpackhi_epi16(r[0], r[1]), d = _mm256_unpackhi_epi16(r[2], r[3]);
    const Bits first_01 = _mm256_unpacklo_epi32(a, b), first_23 = _mm256_unpackhi_epi32(a, b),
               last_01 = _mm256_unpacklo_epi32(c, d), last_23 = _mm256_unpackhi_epi32(c, d);
    columns[0] = _mm256_unpacklo_epi64(first_01, last_01);
    columns[1] = _mm256_unpackhi_epi64(first_01, last_01);
    columns[2] = _mm256_unpacklo_epi64(first_23, last_23);
    columns[3] = _mm256_unpackhi_epi64(first_23, last_23);
  }

  // put(row, two) stores the rows `row` and row + 1.
  template <class Put>
  [[gnu::always_inline]] static void scatter(const Bits (&columns)[4], Put put) {
    const Bits a = _mm256_unpacklo_epi16(columns[0], columns[1]),
               b = _mm256_unpacklo_epi16(columns[2], columns[3]),
               c = _mm256_unpackhi_epi16(columns[0], columns[1]),
               d = _mm256_unpackhi_epi16(columns[2], columns[3]);
    const Bits r[4] = {_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b),
                       _mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d)};
    for (std::size_t j = 0; j < 4; ++j) {
      put(2 * j, _mm256_castsi256_si128(r[j]));
      put(8 + 2 * j, _mm256_extracti128_si256(r[j], 1));
    }
  }
};

}  // namespace maxtrick::kernels::MAXTRICK_VECTOR
