// Sixteen numbers of 16 bits in AVX-512, for Stored (stored.hpp).
//
// VCVTNEPS2BF16 (AVX512_BF16) is not used: it flushes subnormal numbers to 0.
#pragma once

#include "kernels/halves_x86.hpp"
#include "kernels/vector_avx512.hpp"

namespace maxtrick::kernels::avx512 {

struct Halves : HalvesOfX86 {
  template <class S>
  [[gnu::always_inline]] static Floats widened(Bits a) {
    if constexpr (S::digits == Float16Bits::digits)
      return {_mm512_cvtph_ps(a)};
    else
      return {_mm512_castsi512_ps(_mm512_maskz_permutexvar_epi16(0xaaaaaaaa, each_as_odd_word(),
                                                                 _mm512_castsi256_si512(a)))};
  }
  // NaN must be the one of range.hpp.
  template <class S>
  [[gnu::always_inline]] static Bits narrowed(Floats a) {
    Bits y;
    if constexpr (S::digits == Float16Bits::digits) {
      y = _mm512_cvtps_ph(a.v, _MM_FROUND_TO_NEAREST_INT);
    } else {
      const __m512i all = _mm512_castps_si512(a.v), half = _mm512_set1_epi32(0x7fff);
      const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(all, 16), _mm512_set1_epi32(1));
      const __m512i sum = _mm512_add_epi32(all, _mm512_add_epi32(half, odd));
      y = _mm512_castsi512_si256(_mm512_permutexvar_epi16(odd_words(), sum));
    }
    const __mmask16 not_0 = _mm256_test_epi16_mask(y, _mm256_set1_epi16(0x7fff));
    return _mm256_maskz_mov_epi16(not_0, y);  // +0 instead of -0
  }

  [[gnu::always_inline]] static Bits load_first(const void* p, std::size_t n) {
    return _mm256_maskz_loadu_epi16(Vector::first(n).bits, p);
  }
  [[gnu::always_inline]] static void store_first(void* p, std::size_t n, Bits a) {
    _mm256_mask_storeu_epi16(p, Vector::first(n).bits, a);
  }

 private:
  // Indices that put word i into the place of word 2 i + 1.
  [[gnu::always_inline]] static __m512i each_as_odd_word() {
    const auto at = [](int i) { return i << 16; };
    return _mm512_setr_epi32(at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7), at(8), at(9),
                             at(10), at(11), at(12), at(13), at(14), at(15));
  }
  // Indices of the words 1, 3, ..., 31.
  [[gnu::always_inline]] static __m512i odd_words() {
    const auto two = [](int i) { return (i + 2) << 16 | i; };
    return _mm512_setr_epi32(two(1), two(5), two(9), two(13), two(17), two(21), two(25), two(29), 0,
                             0, 0, 0, 0, 0, 0, 0);
  }
};

}  // namespace maxtrick::kernels::avx512
