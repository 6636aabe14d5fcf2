// Sums of exponentials in sixteen lanes, as `accurate` of kernels/sum.hpp with 53 bits. The lanes
// belong to one row, or each lane to a row of its own. The lane of a term, and the order of the
// terms within a lane, depend on the number of terms alone.
//
// Notation: u = 2^-53. Terms are t (1 + p) with t < 2^201 and |p| <= 0.0443.
//   1. a' = a + t is Dekker's Fast2Sum (Numer. Math. 18, 1971). a starts at 2^201, which lanes()
//      subtracts again. Since a >= 2^201 > t, the rounding error t - (a' - a) is exact.
//   2. w = fma(t, p, t - (a' - a)) carries p and that error. |w| <= 0.0443 t + min(t, ulp(a) / 2).
//   3. The w of four terms are added in a tree, and the sum goes into b. Then a and b are
//      renormalised by another Fast2Sum, so that b stays as small as what it carries.
//   4. At the end the lanes are pairs: a - 2^201 is exact, because it is a multiple of ulp(a).
// Relative error of the sum:
//   1. Apart from that rounding error, the w of a sum are at most 0.0443 of it. The roundings of w, of
//      two levels of the tree and of the addition to b are at most 4 * 2^-57.5 of the sum: 0.177 u.
//   2. Each addition to a has a rounding error of at most ulp(a) / 2. a is at most 2^201 plus the sum
//      of its lane, and the whole sum is at least 2^199.8, so that the rounding errors of n terms are
//      together at most n 2^-51 of the sum. The same four roundings of them add n 2^-49 u.
//   3. The Fast2Sum of step 3 above leaves a rest of that size for every four terms, which is rounded
//      once when the next w are added: less than n 2^-52 u.
// So the error is below 0.18 u for up to 2^39 classes, whatever the logits.
#pragma once

#include "kernels/float64/exponential.hpp"

namespace maxtrick::kernels::float64 {

template <class V>
class Sum {
 public:
  using D = typename V::Doubles;
  using Term = Pair<V>;

  // Takes a term into account, except for w, which it returns. The next four w belong to add(). One
  // term after the other needs fewer registers than four at once.
  [[gnu::always_inline]] D carry(const Term& e) {
    const D next = a_ + e.t;
    const D w = fma(e.t, e.p, e.t - (next - a_));
    a_ = next;
    return w;
  }
  [[gnu::always_inline]] void add(const D (&w)[4]) {
    const D low = (w[0] + w[1]) + (w[2] + w[3]), next = a_ + b_;
    b_ = low + (b_ - (next - a_));
    a_ = next;
  }
  // The sum of each lane.
  [[gnu::always_inline]] Wide<V> lanes() const {
    return Wide<V>::sum(a_ - V::all(exponential::above_t), b_);
  }

 private:
  D a_ = V::all(exponential::above_t), b_ = V::all(0.0);
};

// The sum of all lanes. Lane l is added to lane l + 8, then to l + 4, l + 2 and l + 1. The high
// parts are added exactly, so that the error is that of adding the low parts: 2^-104 of the sum.
template <class V>
[[gnu::noinline]] Wide<Single<V>> sum_of_lanes(const Wide<V>& lanes) {
  using Scalar = Wide<Single<V>>;
  alignas(64) double high[16], low[16];
  V::store(high, lanes.high);
  V::store(low, lanes.low);
  for (int half = 8; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) {
      const Scalar s = Scalar::sum(high[i], high[i + half]);
      high[i] = s.high;
      low[i] = (low[i] + low[i + half]) + s.low;
    }
  return Scalar::ordered(high[0], low[0]);
}

}  // namespace maxtrick::kernels::float64
