// What the two algorithms do with an exponential until it is a result.
//
// softmax, y = e K, K = scale / S as a double or a pair of floats:
// accurate: e = t (1 + p), K = kh + kl: w = fma(kh, p, kl), y = fma(t, kh, t w). w and t w are
// below 0.0443 of what they are added to, so that their roundings are 2^-28.5 each. In ULP: 0.5
// (y) + 0.09 (w, t w) + 0.12 (e) + 0.12 + 0.13 (S: its exponentials, their sum) = 0.96. Where the
// classes 13 and more below the largest make up a share s of S it is up to 3 s more: see sum.hpp. A
// subnormal y has half of that before its own rounding: 0.5 + 0.48.
//
// fast: y = e kh: 0.5 ULP, and in u 1.12 from e, 1.12 + 2 from S, 1 from kh: 5.74 ULP at most.
//
// Where results may be subnormal K carries a factor 2^96: y is rounded to 24 bits first, and once
// more where the factor is taken off. Nothing on the way there is subnormal, down to e^-110 and a
// scale of 2^-30, which some CPUs take a hundred times as long for.
#pragma once

#include <cstddef>

#include "kernels/sum.hpp"

namespace maxtrick::kernels {

// K for results that are all normal, or times 2^96.
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

// K = 2^96 / S. A quotient of floats, h, takes less time than one of doubles, and the rest of K,
// (2^96 - S h) / S, is h (1 - S h 2^-96) to 2^-23 of itself: K is right to 2^-46.
template <class V>
[[gnu::always_inline]] inline Factor<V> subnormal_factor_by(typename V::Doubles sum) {
  Factor<V> k;
  k.high = V::all(static_cast<float>(subnormal_factor)) / V::narrow(sum);
  const auto h = V::widen(k.high);
  k.low = V::narrow(h * fma(sum, h * V::all(-1 / subnormal_factor), V::all(1.0)));
  return k;
}

// y 2^-96 for y that is no NaN, rounded to a float: what a multiplication gives, without what that
// costs where the result is subnormal. Below 2^-30, of which 2^-126 comes, y is rounded to a
// multiple of 2^-53 by adding 2^-30; the bits above that power's are then those of the result.
template <class V>
[[gnu::always_inline]] inline typename V::Floats without_factor(typename V::Floats y) {
  const auto least = V::all(0x1p-30F);
  const auto tiny = y < least;
  return bits_minus(
      select(tiny, y + least, y),
      select(tiny, least, V::all(__builtin_bit_cast(float, subnormal_exponent << 23))));
}

// The same, with that care only where results may be subnormal.
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
  // Stores the terms of classes i to i + 15 of a row: the t at place + i, the p `plane_stride` floats
  // after them. `plane_stride` is at least the number of terms kept in a plane.
  [[gnu::always_inline]] static void keep(float* place, std::size_t i, std::size_t plane_stride,
                                          const Term& e) {
    V::store(place + i, e.t);
    V::store(place + plane_stride + i, e.p);
  }
  [[gnu::always_inline]] static Term fetch(const float* place, std::size_t i,
                                           std::size_t plane_stride) {
    return {V::load(place + i), V::load(place + plane_stride + i)};
  }
  // What of a term one float holds, and the term from that and its logit.
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
