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
      return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(a), 16))};
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
      y = _mm512_cvtepi32_epi16(
          _mm512_srli_epi32(_mm512_add_epi32(all, _mm512_add_epi32(half, odd)), 16));
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
};

}  // namespace maxtrick::kernels::avx512
