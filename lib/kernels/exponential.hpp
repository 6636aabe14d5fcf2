// e^x as a pair that is never rounded to one float: g 2^40 e^x 2^-N = t (1 + p).
//
// Reduction, p and t follow P. T. P. Tang ("Table-driven implementation of the exponential
// function", ACM TOMS 15(2), 1989): e^x = 2^n e^r, where n is x log2(e) rounded to a multiple of
// 1/8, and |r| <= ln(2) / 16.
//   1. z = fma(x, log2 e, magic - N), where magic = 1.5 * 2^20 has an ULP of 1/8. So z is x log2 e
//      rounded to a multiple of 1/8. The three lowest bits of z are the index of the table; the
//      bits above them are the exponent. n = z - (magic - N) is exact, and therefore the same for
//      every N, which only scales.
//   2. r = x - n ln 2, with ln 2 as the sum of two floats. The first fma is exact: where n is not
//      0, |x| > 2^-5, so that x and n * (high part, a multiple of 2^-24) are multiples of 2^-28. So
//      is their difference, which is below 2^-4. The error of the second fma, which rounds r, is at
//      most 2^-29.
//   3. p = e^r - 1 = r + r^2 q(r), |p| <= 0.0443. The rounding of p is at most 2^-29, that of r^2 q
//      below 2^-33. The error of q, a minimax polynomial (scripts/coefficients.sollya), is 2^-31.4.
//   4. t = table[n mod 1] * 2^(40 + floor(n) - N). The entries of the table are floats near
//      g 2^(i/8) for one real g, which cancels in every quotient of two exponentials. The best
//      g is 1.41059171764513, by a search through all floats for the first entry: all eight
//      entries are within 2^-28.4 of g 2^(i/8).
// The relative error of t (1 + p), except for the common factor g, is therefore below
//   2^-29 (r) + 2^-29 (p) + 2^-33 (r^2 q) + 2^-31.4 (q) + 2^-28.4 (table) = 0.12 * 2^-24.
// The factor 2^40 keeps t a normal number down to e^-110.
//
// `fast` rounds e = t + t p to a float, which adds an error of at most 2^-24.
#pragma once

#include <cstdint>

namespace maxtrick::kernels {

namespace exponential {

inline constexpr float log2_e = 0x1.715476p0F;
inline constexpr float ln2_high = 0x1.62e43p-1F;
inline constexpr float ln2_low = -0x1.05c61p-29F;
inline constexpr float q0 = 0x1.ffffep-2F, q1 = 0x1.555c76p-3F, q2 = 0x1.57bf28p-5F;
inline constexpr float magic = 0x1.8p20F;          // an ULP of 1/8
inline constexpr float integers = 0x1.8p23F;       // an ULP of 1
inline constexpr double g = 0x1.691c89ef4b576p40;  // g 2^40 of the proof above

#define MAXTRICK_ENTRY(i, x) (__builtin_bit_cast(std::int32_t, x) - ((i) << 20))
// Entry i has the bits of the float near g 2^40 2^(i/8), minus i 2^20. V::power() adds the bits of
// z, shifted left by 20, and the index i in the three lowest bits of z adds these i 2^20 again. The
// eight entries are there twice, to fill a register of sixteen.
inline constexpr std::int32_t table[16] = {
    MAXTRICK_ENTRY(0, 0x1.691c8ap40F), MAXTRICK_ENTRY(1, 0x1.89cb7cp40F),
    MAXTRICK_ENTRY(2, 0x1.ad6fb4p40F), MAXTRICK_ENTRY(3, 0x1.d44dbcp40F),
    MAXTRICK_ENTRY(4, 0x1.feb052p40F), MAXTRICK_ENTRY(5, 0x1.16747cp41F),
    MAXTRICK_ENTRY(6, 0x1.2fa848p41F), MAXTRICK_ENTRY(7, 0x1.4b2404p41F),
    MAXTRICK_ENTRY(0, 0x1.691c8ap40F), MAXTRICK_ENTRY(1, 0x1.89cb7cp40F),
    MAXTRICK_ENTRY(2, 0x1.ad6fb4p40F), MAXTRICK_ENTRY(3, 0x1.d44dbcp40F),
    MAXTRICK_ENTRY(4, 0x1.feb052p40F), MAXTRICK_ENTRY(5, 0x1.16747cp41F),
    MAXTRICK_ENTRY(6, 0x1.2fa848p41F), MAXTRICK_ENTRY(7, 0x1.4b2404p41F)};
#undef MAXTRICK_ENTRY

}  // namespace exponential

template <class V>
struct Pair {
  typename V::Floats t, p;
};

// c, which is subtracted from each logit of a row before its reduction: 0 if |m| <= 256, else m,
// where m is the row's largest logit. For |m| > 256 the reduction of x itself would lose digits,
// but x - m is exact for every x within 128 of m (Sterbenz's lemma). An x further below has an
// exponential that is negligible beside that of m in any float.
[[gnu::always_inline]] static inline float origin_of(float m) {
  return m > 256 || m < -256 ? m : 0;
}
template <class V>
[[gnu::always_inline]] inline typename V::Floats origin_of(typename V::Floats m) {
  return select((V::all(256.0F) < m) | (m < V::all(-256.0F)), m, V::all(0.0F));
}

// Computes e^(x - c) relative to 2^N, where N is a log2(e) rounded to an integer. Requires
// |a| <= 406 and x - c <= a. If x is NaN, p is NaN.
//   Clamped: the exponential is 0 if x - c is more than 110 below a. It is negligible beside e^a,
//     and so are a million of them.
//   Not clamped: requires c = 0 and no x more than 110 below a.
template <class V, bool Clamped>
class Exponentials {
 public:
  using Floats = typename V::Floats;

  Exponentials(Floats a, Floats c)
      : c_(c),
        least_(a - V::all(110.0F)),
        n_(fma(a, V::all(exponential::log2_e), V::all(exponential::integers)) -
           V::all(exponential::integers)),
        origin_(V::all(exponential::magic) - n_) {}

  // N, the exponent of the scale 2^-N.
  Floats scale() const { return n_; }

  [[gnu::always_inline]] Pair<V> operator()(Floats x) const {
    const Floats logit = x;
    x = reduced(x);
    const Floats z = fma(x, V::all(exponential::log2_e), origin_), n = z - origin_;
    const Floats r =
        fnma(n, V::all(exponential::ln2_low), fnma(n, V::all(exponential::ln2_high), x));
    const Floats q =
        fma(fma(V::all(exponential::q2), r, V::all(exponential::q1)), r, V::all(exponential::q0));
    return {zero_if_negligible(logit, V::power(z, exponential::table)), fma(q, r * r, r)};
  }

  // Only t.
  [[gnu::always_inline]] Floats power(Floats x) const {
    const Floats z = fma(reduced(x), V::all(exponential::log2_e), origin_);
    return zero_if_negligible(x, V::power(z, exponential::table));
  }

 private:
  [[gnu::always_inline]] Floats reduced(Floats x) const {
    if constexpr (Clamped)
      return larger(least_, x - c_);
    else
      return x;
  }
  [[gnu::always_inline]] Floats zero_if_negligible(Floats x, Floats t) const {
    if constexpr (Clamped)
      return only_lanes(~(x - c_ < least_), t);
    else
      return t;
  }

  Floats c_, least_, n_, origin_;
};

// t (1 + p) in double. The relative error is at most 2^-53.
template <class V>
[[gnu::always_inline]] inline typename V::Doubles value(Pair<V> e) {
  const auto t = V::widen(e.t);
  return fma(t, V::widen(e.p), t);
}

}  // namespace maxtrick::kernels
