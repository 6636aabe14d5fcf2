// How the two algorithms turn an exponential e into a result.
//
// Notation: u = 2^-24. A result of softmax is y = e K, where K = scale / S is a double or a pair of
// floats kh + kl, and S is the sum of the exponentials.
//
// accurate, with e = t (1 + p):
//   1. w = fma(kh, p, kl), and y = fma(t, kh, t w).
//   2. w and t w are below 0.0443 of what they are added to, so that their roundings are at most
//      2^-28.5 each.
//   3. The error in ULP is at most 0.5 (y) + 0.09 (w, t w) + 0.12 (e) + 0.28 (the exponentials in S
//      and their sum) = 0.99.
//   4. If the classes that are 13 and more below the largest logit make up the share s of S, the
//      error is up to 4 s larger: see sum.hpp.
//   5. For a subnormal y, half of that error arises before its own rounding: 0.5 + 0.493.
//
// fast: y = e kh. The error is at most 0.5 ULP (y) + 1.12 u (e) + (1.12 + 2) u (S) + 1 u (kh), that
// is 5.74 ULP; the claim is 6.
//
// If results may be subnormal, K carries a factor 2^96. y is rounded to 24 bits first, and once
// more when the factor is removed. No intermediate value is subnormal, down to e^-110 and a scale
// of 2^-30, because some CPUs take a hundred times as long for subnormal numbers.
#pragma once

#include <cstddef>

#include "kernels/sum.hpp"

namespace maxtrick::kernels {

// K as a pair of floats: K itself if all results are normal, else 2^96 K.
template <class V>
struct Factor {
  typename V::Floats high, low;

  Factor() = default;
  explicit Factor(double k)
      : high(V::all(static_cast<float>(k))),
        low(V::all(static_cast<float>(k - static_cast<double>(static_cast<float>(k))))) {}
  explicit Factor(typename V::Doubles k) : high(V::narrow(k)), low(V::narrow(k - V::widen(high))) {}
};
inline constexpr int subnormal_exponent = 96;
inline constexpr double subnormal_factor = 0x1p96;

// K = 2^96 / S. The quotient h is one of floats, which takes less time than one of doubles. The
// rest of K, (2^96 - S h) / S, is h (1 - S h 2^-96) with a relative error of 2^-23. So the relative
// error of K is 2^-46.
template <class V>
[[gnu::always_inline]] inline Factor<V> subnormal_factor_by(typename V::Doubles sum) {
  Factor<V> k;
  k.high = V::all(static_cast<float>(subnormal_factor)) / V::narrow(sum);
  const auto h = V::widen(k.high);
  k.low = V::narrow(h * fma(sum, h * V::all(-1 / subnormal_factor), V::all(1.0)));
  return k;
}

// y 2^-96 rounded to a float, for y that is not NaN. A multiplication would give the same number,
// but takes some CPUs much longer if the result is subnormal.
//   1. If y >= 2^-30, the result is normal (at least 2^-126), and 96 is subtracted from the
//      exponent.
//   2. Otherwise adding 2^-30 rounds y to a multiple of 2^-53. The bits of that sum minus the bits
//      of 2^-30 are the bits of the result.
template <class V>
[[gnu::always_inline]] inline typename V::Floats without_factor(typename V::Floats y) {
  const auto least = V::all(0x1p-30F);
  const auto tiny = y < least;
  return bits_minus(
      select(tiny, y + least, y),
      select(tiny, least, V::all(__builtin_bit_cast(float, subnormal_exponent << 23))));
}

// The same. If no result can be subnormal, it is a multiplication.
template <class V, bool subnormal>
[[gnu::always_inline]] inline typename V::Floats unscaled(typename V::Floats y) {
  if constexpr (subnormal)
    return without_factor<V>(y);
  else
    return y * V::all(1 / static_cast<float>(subnormal_factor));
}

template <class V>
struct AccurateTerms {
  using Floats = typename V::Floats;
  using Mask = typename V::Mask;
  using Term = Pair<V>;
  using Sum = AccurateSum<V>;
  static constexpr bool accurate = true;

  template <bool Clamped>
  [[gnu::always_inline]] static Term term(const Exponentials<V, Clamped>& e, Floats x) {
    return e(x);
  }
  [[gnu::always_inline]] static Term zero() { return {V::all(0.0F), V::all(0.0F)}; }
  [[gnu::always_inline]] static Term only(Mask m, const Term& e) {
    return {only_lanes(m, e.t), only_lanes(m, e.p)};
  }
  // Stores the terms of classes i to i + 15 of a row: the t at place + i, the p `plane_stride`
  // floats after them. `plane_stride` is at least the number of terms kept in a plane.
  [[gnu::always_inline]] static void keep(float* place, std::size_t i, std::size_t plane_stride,
                                          const Term& e) {
    V::store(place + i, e.t);
    V::store(place + plane_stride + i, e.p);
  }
  [[gnu::always_inline]] static Term fetch(const float* place, std::size_t i,
                                           std::size_t plane_stride) {
    return {V::load(place + i), V::load(place + plane_stride + i)};
  }
  // part_to_keep returns the part of a term that one float holds. term_from returns the term of
  // that part and its logit.
  [[gnu::always_inline]] static Floats part_to_keep(const Term& e) { return e.p; }
  template <bool Clamped>
  [[gnu::always_inline]] static Term term_from(const Exponentials<V, Clamped>& e, Floats x,
                                               Floats p) {
    return {e.power(x), p};
  }
  [[gnu::always_inline]] static Floats times(const Term& e, const Factor<V>& k) {
    return fma(e.t, k.high, e.t * fma(k.high, e.p, k.low));
  }
};

template <class V>
struct FastTerms {
  using Floats = typename V::Floats;
  using Mask = typename V::Mask;
  using Term = Floats;
  using Sum = FastSum<V>;
  static constexpr bool accurate = false;

  template <bool Clamped>
  [[gnu::always_inline]] static Term term(const Exponentials<V, Clamped>& e, Floats x) {
    const Pair<V> pair = e(x);
    return fma(pair.t, pair.p, pair.t);
  }
  [[gnu::always_inline]] static Term zero() { return V::all(0.0F); }
  [[gnu::always_inline]] static Term only(Mask m, const Term& e) { return only_lanes(m, e); }
  [[gnu::always_inline]] static void keep(float* place, std::size_t i, std::size_t, const Term& e) {
    V::store(place + i, e);
  }
  [[gnu::always_inline]] static Term fetch(const float* place, std::size_t i, std::size_t) {
    return V::load(place + i);
  }
  [[gnu::always_inline]] static Floats part_to_keep(const Term& e) { return e; }
  template <bool Clamped>
  [[gnu::always_inline]] static Term term_from(const Exponentials<V, Clamped>&, Floats, Floats e) {
    return e;
  }
  [[gnu::always_inline]] static Floats times(const Term& e, const Factor<V>& k) {
    return e * k.high;
  }
};

}  // namespace maxtrick::kernels
