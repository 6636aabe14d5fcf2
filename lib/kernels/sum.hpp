// Sums of exponentials in lanes, sixteen to a row or one to each. Which lane a term belongs to, and
// the order in a lane, depend on the number of terms alone.
//
// `accurate`, of pairs t (1 + p):
//   - The t are added without loss: a' = a + t leaves t - (a' - a), exactly, since a >= 2^41 > t
//     (T. J. Dekker's Fast2Sum, Numer. Math. 18, 1971).
//   - What is lost and t p go into w, one fma, below 0.0443 t + min(t, ulp(a)/2): its rounding, and
//     those of the tree that adds them, are 3 * 2^-28.5 t for a t well above ulp(a) = 2^18, that
//     is, less than 13 below the largest; 2^-24 t each for a t that a does not see, 17 or more
//     below it.
//   - Of four terms the w are added in a tree, and a and b renormalised, so that b stays as small
//   as
//     what it carries.
//   - a and b are joined in double.
// Relative error of the sum: 3 * 2^-28.5, at worst all of one sign, which is 0.13 u, u = 2^-24; and
// of the share of the sum that lies 13 and more below the largest 3 u at most, which wants a
// hundred thousand such classes to matter. Found: 0.1 u with a million classes 16 below the
// largest, 0.2 u with four million.
//
// `fast`, of floats: four terms in a tree, whose sum is added without loss as above; from time to
// time what is there goes into doubles, so that what was lost is not lost among itself. 2 u.
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
