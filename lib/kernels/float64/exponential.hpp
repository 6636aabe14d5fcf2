// e^x in float64 as a pair that is never rounded to one double: g 2^200 e^x 2^-N = t (1 + p).
//
// This is kernels/exponential.hpp with 53 bits instead of 24, and one more coefficient for each
// nine of them:
//   1. z = fma(x, log2 e, magic - N), where magic = 1.5 * 2^49 has an ULP of 1/8. So z is x log2 e
//      rounded to a multiple of 1/8. The three lowest bits of z are the index of the table; the
//      bits above them are the exponent. n = z - (magic - N) is exact.
//   2. r = x - n ln 2, with ln 2 as the sum of two doubles. The first fma is exact: where n is not
//      0, |x| > 2^-5, so that x is a multiple of 2^-57, and n times the high part is a multiple of
//      2^-56. Their difference is a multiple of 2^-57 and below 2^-4. The error of the second fma,
//      which rounds r, is at most 2^-58. |n| <= 2^12.1, so that the error of the constants is below
//      2^-98.
//   3. p = e^r - 1 = r + r^2 q(r), |p| <= 0.0443. The rounding of p is at most 2^-58, those of
//      r^2 q are below 2^-62. The error of q, a minimax polynomial (scripts/coefficients.sollya), is
//      2^-58.3.
//   4. t = table[n mod 1] * 2^(200 + floor(n) - N). The entries of the table are doubles near
//      g 2^(i/8) for one real g, which cancels in every quotient of two exponentials. A search
//      through 2^38 first entries found this one: all eight entries are within 2^-59.3 of
//      g 2^(i/8).
// The relative error of t (1 + p), except for the common factor g, is therefore below
//   2^-58 (r) + 2^-58 (p) + 2^-62 (r^2 q) + 2^-58.3 (q) + 2^-59.3 (table) = 0.11 * 2^-53.
// The factor 2^200 keeps t, and t times a rest of 2^-53, normal numbers down to e^-800.
#pragma once

#include <cstdint>

#include "kernels/correct/pairs.hpp"
#include "kernels/doubles.hpp"

namespace maxtrick::kernels::float64 {

using correct::Single;
using correct::Wide;

inline constexpr double infinity = __builtin_inf();
inline constexpr double nan_result = __builtin_nan("");

// A logit that is more than this below the largest one has a probability of 0. Even 2^40 of them,
// with a scale of gradients of at most 2^30, add up to less than half the smallest subnormal:
// e^-800 = 2^-1154.2 and 2^(40 + 30 - 1154) < 2^-1075. So they change neither the log-probability of
// the largest class nor its gradient, however small these are.
inline constexpr double negligible = 800;

// A row is plain if its logits are less than this below its largest logit m, and |m| <= 2048. Then
// neither a result nor an intermediate value is subnormal, for a scale of gradients from 2^-30 to
// 2^30.
inline constexpr double plain_range = 200;

namespace exponential {

inline constexpr double log2_e = 0x1.71547652b82fep0;
inline constexpr double ln2_high = 0x1.62e42fefa39efp-1;
inline constexpr double ln2_low = 0x1.abc9e3b39803fp-56;
// q2 is the coefficient of r^2, and so on.
inline constexpr double q2 = 0x1.000000000010ep-1, q3 = 0x1.555555555566p-3,
                        q4 = 0x1.55555547fc733p-5, q5 = 0x1.11111107d1a0dp-7,
                        q6 = 0x1.6c1cc08e08cb9p-10, q7 = 0x1.a02077839a625p-13;
inline constexpr double magic = 0x1.8p49;     // an ULP of 1/8
inline constexpr double integers = 0x1.8p52;  // an ULP of 1
// All t are below this.
inline constexpr double above_t = 0x1p201;

#define MAXTRICK_ENTRY(i, x) \
  (__builtin_bit_cast(std::int64_t, x) - (static_cast<std::int64_t>(i) << 49))
// Entry i has the bits of the double near g 2^200 2^(i/8), minus i 2^49: see power() of the vector
// types.
inline constexpr std::int64_t table[8] = {
    MAXTRICK_ENTRY(0, 0x1.3b041c11d1596p200), MAXTRICK_ENTRY(1, 0x1.5787067122ed1p200),
    MAXTRICK_ENTRY(2, 0x1.769e8c89a2464p200), MAXTRICK_ENTRY(3, 0x1.988678a329f71p200),
    MAXTRICK_ENTRY(4, 0x1.bd7ffe5bca754p200), MAXTRICK_ENTRY(5, 0x1.e5d2380a038d3p200),
    MAXTRICK_ENTRY(6, 0x1.08e557bc10848p201), MAXTRICK_ENTRY(7, 0x1.20def97fd542fp201)};
#undef MAXTRICK_ENTRY

}  // namespace exponential

// `W` is the type of the lanes, as in correct/pairs.hpp: a vector type V, or Single<V>.
template <class W>
struct Pair {
  typename W::Doubles t, p;
};

// c, which is subtracted from each logit of a row before its reduction: 0 if |m| <= 2048, else m,
// the row's largest logit. x - m is exact for every x within 1024 of m (Sterbenz's lemma). An x
// further below is negligible.
template <class W>
[[gnu::always_inline]] inline typename W::Doubles origin_of(typename W::Doubles m) {
  const auto zero = W::all(0.0);
  return where_less(W::all(2048.0), m, m, where_less(m, W::all(-2048.0), m, zero));
}

// Computes e^(x - c) relative to 2^N, where N is a log2(e) rounded to an integer. Requires
// |a| <= 2048 and x - c <= a. If x is NaN, or a or c is not finite, p is NaN.
//   Clamped: the exponential is 0 if x - c < least. Requires least >= a - negligible.
//   Not clamped: requires c = 0.
template <class W, bool Clamped>
class Exponentials {
 public:
  using D = typename W::Doubles;

  [[gnu::always_inline]] Exponentials(D a, D c, D least)
      : c_(c),
        least_(least),
        n_(fma(a, W::all(exponential::log2_e), W::all(exponential::integers)) -
           W::all(exponential::integers)),
        origin_(W::all(exponential::magic) - n_) {}

  // N, the exponent of the scale 2^-N.
  [[gnu::always_inline]] D scale() const { return n_; }

  [[gnu::always_inline]] Pair<W> operator()(D x) const {
    const auto all = [](double a) __attribute__((always_inline)) { return W::all(a); };
    D d = x;
    if constexpr (Clamped) {
      d = x - c_;
      x = larger(least_, d);
    }
    const D z = fma(x, all(exponential::log2_e), origin_), n = z - origin_;
    const D r = fnma(n, all(exponential::ln2_low), fnma(n, all(exponential::ln2_high), x));
    D q = fma(all(exponential::q7), r, all(exponential::q6));
    q = fma(q, r, all(exponential::q5));
    q = fma(q, r, all(exponential::q4));
    q = fma(q, r, all(exponential::q3));
    q = fma(q, r, all(exponential::q2));
    D t = power(z, exponential::table);
    if constexpr (Clamped) t = where_less(d, least_, all(0.0), t);
    return {t, fma(q, r * r, r)};
  }

 private:
  D c_, least_, n_, origin_;
};

// t (1 + p), with a relative error below 2^-100.
template <class W>
[[gnu::always_inline]] inline Wide<W> value(const Pair<W>& e) {
  const Wide<W> tp = Wide<W>::product(e.t, e.p), s = Wide<W>::ordered(e.t, tp.high);
  return Wide<W>::ordered(s.high, s.low + tp.low);
}

}  // namespace maxtrick::kernels::float64
