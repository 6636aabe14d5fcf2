// Sums of exponentials in sixteen lanes. The lanes belong to one row, or each lane to a row of its
// own. The lane of a term, and the order of the terms within a lane, depend on the number of terms
// alone.
//
// Notation: u = 2^-24. Terms are t (1 + p) with t < 2^41 and |p| <= 0.0443; see exponential.hpp.
//
// `accurate` adds pairs t (1 + p):
//   1. a' = a + t is Dekker's Fast2Sum (Numer. Math. 18, 1971). a starts at 2^41, which lanes()
//      subtracts again. Since a >= 2^41 > t, the rounding error t - (a' - a) is exact.
//   2. w = fma(t, p, t - (a' - a)) carries p and that error. |w| <= 0.0443 t + min(t, ulp(a) / 2).
//   3. The w of four terms are added in a tree, and the sum goes into b. Then a and b are
//      renormalised by another Fast2Sum, so that b stays as small as what it carries.
//   4. At the end a and b are added in double.
// Relative error of the sum:
//   - For a term with t well above ulp(a) = 2^18, that is, less than 13 below the largest logit,
//     the roundings of w, of two levels of the tree and of the addition to b are at most
//     4 * 2^-28.5 t. If all have one sign, this is 0.18 u. (A single group of four terms has no
//     rounding in the addition to b, which is 0: 0.13 u.)
//   - With the error of the exponentials (0.12 u), it is 0.28 u. This is less than the sum of both:
//     the rounding of w is above 2^-29.3 t only with the entries of the table that are accurate to
//     2^-29 (docs/numerics.md).
//   - A term whose t is below ulp(a) / 2, that is, 17 or more below the largest logit, does not
//     change a, and each rounding is at most 2^-24 t. If the terms that are 13 and more below the
//     largest logit make up the share s of the sum, they add at most 4 s u. A share that matters
//     takes a hundred thousand such classes.
//   - Largest error found: 0.147 u with 16 terms in a lane; 0.1 u with a million classes 16 below the
//     largest, 0.2 u with four million.
//
// `fast` adds floats: four terms in a tree, then Fast2Sum as above. After every 14 such sums a and
// b are added to a sum in double, so that the errors that b collects do not grow. Relative error:
// at most 2 u.
#pragma once

#include "kernels/exponential.hpp"

namespace maxtrick::kernels {

template <class V>
class AccurateSum {
 public:
  using Floats = typename V::Floats;
  using Doubles = typename V::Doubles;
  using Term = Pair<V>;

  // Terms with t < 2^41.
  [[gnu::always_inline]] void add(const Term& e0, const Term& e1, const Term& e2, const Term& e3) {
    const Floats w0 = carry(e0), w1 = carry(e1), w2 = carry(e2), w3 = carry(e3);
    const Floats low = (w0 + w1) + (w2 + w3), next = a_ + b_;
    b_ = low + (b_ - (next - a_));
    a_ = next;
  }
  // The sum of each lane.
  [[gnu::always_inline]] Doubles lanes() const {
    return (V::widen(a_) - V::all(double{start})) + V::widen(b_);
  }

 private:
  static constexpr float start = 0x1p41F;

  [[gnu::always_inline]] Floats carry(const Term& e) {
    const Floats next = a_ + e.t;
    const Floats w = fma(e.t, e.p, e.t - (next - a_));
    a_ = next;
    return w;
  }

  Floats a_ = V::all(start), b_ = V::all(0.0F);
};

template <class V>
class FastSum {
 public:
  using Floats = typename V::Floats;
  using Doubles = typename V::Doubles;
  using Term = Floats;

  // Terms below 2^41.
  [[gnu::always_inline]] void add(const Term& e0, const Term& e1, const Term& e2, const Term& e3) {
    const Floats sum = (e0 + e1) + (e2 + e3), next = a_ + sum;
    b_ = b_ + (sum - (next - a_));
    a_ = next;
    if (++sums_ < 14) return;
    total_ = lanes();
    a_ = V::all(start);
    b_ = V::all(0.0F);
    sums_ = 0;
  }
  // The sum of each lane.
  [[gnu::always_inline]] Doubles lanes() const {
    return total_ + ((V::widen(a_) - V::all(double{start})) + V::widen(b_));
  }

 private:
  static constexpr float start = 0x1p43F;

  Floats a_ = V::all(start), b_ = V::all(0.0F);
  int sums_ = 0;
  Doubles total_ = V::all(0.0);
};

}  // namespace maxtrick::kernels
