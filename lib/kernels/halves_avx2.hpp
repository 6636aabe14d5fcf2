// Sixteen numbers of 16 bits in AVX2 with F16C, for Stored (stored.hpp).
#pragma once

#include "kernels/halves_x86.hpp"
#include "kernels/vector_avx2.hpp"

namespace maxtrick::kernels::avx2 {

struct Halves : HalvesOfX86 {
  template <class S>
  [[gnu::always_inline]] static Floats widened(Bits a) {
    const __m128i low = _mm256_castsi256_si128(a), high = _mm256_extracti128_si256(a, 1);
    if constexpr (S::digits == Float16Bits::digits)
      return {_mm256_cvtph_ps(low), _mm256_cvtph_ps(high)};
    else
      return {upper_halves(low), upper_halves(high)};
  }
  // NaN must be the one of range.hpp.
  template <class S>
  [[gnu::always_inline]] static Bits narrowed(Floats a) {
    Bits y;
    if constexpr (S::digits == Float16Bits::digits)
      y = _mm256_set_m128i(_mm256_cvtps_ph(a.high, _MM_FROUND_TO_NEAREST_INT),
                           _mm256_cvtps_ph(a.low, _MM_FROUND_TO_NEAREST_INT));
    else
      y = _mm256_permute4x64_epi64(_mm256_packus_epi32(nearest(a.low), nearest(a.high)), 0xd8);
    const __m256i minus_0 = _mm256_cmpeq_epi16(y, _mm256_set1_epi16(-0x8000));
    return _mm256_andnot_si256(minus_0, y);  // +0 instead of -0
  }

  // These are not inlined: there is no masked load or store of 16 bits, and only the end of a row
  // needs them.
  [[gnu::noinline]] static Bits load_first(const void* p, std::size_t n) {
    if (n == 16) return load(p);
    const auto* const from = static_cast<const char*>(p);
    if (n < 8) return _mm256_zextsi128_si256(load_some(from, n));
    return _mm256_set_m128i(load_some(from + 16, n - 8),
                            _mm_loadu_si128(reinterpret_cast<const __m128i_u*>(from)));
  }
  [[gnu::noinline]] static void store_first(void* p, std::size_t n, Bits a) {
    if (n == 16) return store(p, a);
    auto* const to = static_cast<char*>(p);
    if (n < 8) return store_some(to, n, _mm256_castsi256_si128(a));
    _mm_storeu_si128(reinterpret_cast<__m128i_u*>(to), _mm256_castsi256_si128(a));
    store_some(to + 16, n - 8, _mm256_extracti128_si256(a, 1));
  }

 private:
  [[gnu::always_inline]] static __m256 upper_halves(__m128i a) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(a), 16));
  }
  [[gnu::always_inline]] static __m256i nearest(__m256 a) {
    const __m256i all = _mm256_castps_si256(a), half = _mm256_set1_epi32(0x7fff);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(all, 16), _mm256_set1_epi32(1));
    return _mm256_srli_epi32(_mm256_add_epi32(all, _mm256_add_epi32(half, odd)), 16);
  }

  // n is 0 to 7.
  [[gnu::always_inline]] static __m128i load_some(const char* p, std::size_t n) {
    const auto four = [p](std::size_t first, std::size_t count) {
      return _mm_cvtsi64_si128(static_cast<long long>(load_quad(p + 2 * first, count)));
    };
    return n < 4 ? four(0, n) : _mm_unpacklo_epi64(four(0, 4), four(4, n - 4));
  }
  [[gnu::always_inline]] static void store_some(char* p, std::size_t n, __m128i a) {
    const auto low = static_cast<std::uint64_t>(_mm_cvtsi128_si64(a));
    if (n < 4) return store_quad(p, n, low);
    store_quad(p, 4, low);
    store_quad(p + 8, n - 4, static_cast<std::uint64_t>(_mm_extract_epi64(a, 1)));
  }
};

}  // namespace maxtrick::kernels::avx2
