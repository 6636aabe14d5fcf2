// Step 2 of the algorithm `correct`: exponentials and logarithms in pairs of doubles.
//
// A Wide is the unevaluated sum high + low with |low| <= ulp(high) / 2. Sums and products of two
// Wides have relative errors below 2^-101 (Joldes, Muller and Popescu, ACM TOMS 44, 2017), except
// that the error of a sum is relative to its larger operand if the signs differ.
//
// `W` is the type of the lanes: it has the type Doubles and a function all(double). A vector type V
// is one; Single<V> is another.
#pragma once

#include "kernels/correct/exponential.hpp"
#include "kernels/logarithm.hpp"

namespace maxtrick::kernels::correct {

// One double in place of a vector. V makes it a type of its instruction set, so that the linker
// does not use its functions for another set.
template <class V>
struct Single {
  using Doubles = double;
  [[gnu::always_inline]] static double all(double a) { return a; }
};

template <class W>
struct Wide {
  using D = typename W::Doubles;
  D high, low;

  // a + b exactly, for |a| >= |b| or a = 0.
  [[gnu::always_inline]] static Wide ordered(D a, D b) {
    const D s = a + b;
    return {s, b - (s - a)};
  }
  // a + b exactly (Knuth).
  [[gnu::always_inline]] static Wide sum(D a, D b) {
    const D s = a + b, bb = s - a;
    return {s, (a - (s - bb)) + (b - bb)};
  }
  // a b exactly.
  [[gnu::always_inline]] static Wide product(D a, D b) {
    const D p = a * b;
    return {p, fma(a, b, W::all(0.0) - p)};
  }

  [[gnu::always_inline]] friend Wide operator+(const Wide& a, const Wide& b) {
    const Wide s = sum(a.high, b.high), t = sum(a.low, b.low);
    const Wide v = ordered(s.high, s.low + t.high);
    return ordered(v.high, v.low + t.low);
  }
  [[gnu::always_inline]] friend Wide operator*(const Wide& a, const Wide& b) {
    const Wide p = product(a.high, b.high);
    return ordered(p.high, p.low + fma(a.high, b.low, a.low * b.high));
  }
  [[gnu::always_inline]] friend Wide operator/(const Wide& a, const Wide& b) {
    const D q = a.high / b.high;
    const D rest = fma(W::all(0.0) - q, b.high, a.high) + fma(W::all(0.0) - q, b.low, a.low);
    return ordered(q, rest / b.high);
  }
  [[gnu::always_inline]] Wide operator-() const { return {W::all(0.0) - high, W::all(0.0) - low}; }
};

inline constexpr double ln2_by_16_first = 0x1.62e42fefa4p-5;  // 40 bits
inline constexpr double ln2_by_16_second = -0x1.8432a1b0e2634p-47;
inline constexpr double ln2_by_16_third = 0x1.f97b57a079a19p-107;
// What 2^(i/16) is more than its double, as a share of that double.
inline constexpr double powers_rest[16] = {0,
                                           0x1.79aa65d837b6dp-54,
                                           -0x1.01b15eaa59348p-55,
                                           0x1.68efde3a8a894p-54,
                                           0x1.34d754db0abb6p-55,
                                           0x1.59f48a72a4c6dp-55,
                                           0x1.690cebb7aafbp-56,
                                           0x1.063e1e21c5409p-54,
                                           -0x1.3b3efbf5e2228p-54,
                                           -0x1.b32dcb94da51dp-56,
                                           0x1.db72fc1f0eab4p-55,
                                           0x1.1affc2b91ce27p-56,
                                           0x1.c1a7792cb3387p-55,
                                           0x1.36eae30af0cb3p-56,
                                           0x1.4a385a63d07a7p-56,
                                           -0x1.ff7128fd391fp-55};

// e^d = t (1 + p). If |d| < ln(2)/32, t = 1, and p is e^d - 1 with all its digits.
template <class W>
struct WidePower {
  typename W::Doubles t;
  Wide<W> p;

  [[gnu::always_inline]] Wide<W> value() const {
    const Wide<W> tp = Wide<W>::product(t, p.high), s = Wide<W>::ordered(t, tp.high);
    return Wide<W>::ordered(s.high, s.low + fma(t, p.low, tp.low));
  }
  // e^d - 1
  [[gnu::always_inline]] Wide<W> minus_1() const {
    return Wide<W>::sum(t, W::all(-1.0)) + Wide<W>{t, W::all(0.0)} * p;
  }
};

// For least_exponent <= d <= 0. The relative errors of t (1 + p), and of p if t = 1, are below 2^-81:
//   1. r = d - n ln(2)/16 with the constant as the sum of three doubles. The first fma is exact: the
//      product is a multiple of 2^-44, and where n is not 0, d.high is a multiple of 2^-58.
//   2. e^r - 1 = r + r^2 (1/2 + r (1/6 + r (1/24 + r s))) with s = 1/5! + r/6! + ... + r^6/11! in
//      double. |r| < 2^-5.5. The rounding of s is 2^-52 of r^5/120, which is 2^-81 of r. The first
//      term left out is r^12/12!, 2^-89 of r.
//   3. The rest of the table's entry is added to p.
template <class W>
[[gnu::always_inline]] inline WidePower<W> wide_power(const Wide<W>& d) {
  using D = typename W::Doubles;
  using Pair = Wide<W>;
  const auto all = [](double a) { return W::all(a); };
  const D z = fma(d.high, all(sixteen_by_ln2), all(magic)), n = z - all(magic);
  const Pair second = Pair::product(n, all(-ln2_by_16_second));
  const Pair first = Pair::sum(fma(n, all(-ln2_by_16_first), d.high), second.high);
  const D below = fma(n, all(-ln2_by_16_third), second.low) + d.low;
  const Pair r = Pair::ordered(first.high, first.low + below);

  constexpr double factorials[] = {39916800, 3628800, 362880, 40320, 5040, 720, 120};
  D s = all(0.0);
  for (const double factorial : factorials) s = fma(s, r.high, all(1 / factorial));
  Pair p = Pair{s, all(0.0)} * r + Pair{all(1.0 / 24), all(0x1.5555555555555p-59)};
  p = p * r + Pair{all(1.0 / 6), all(0x1.5555555555555p-57)};
  p = p * r + Pair{all(0.5), all(0.0)};
  p = p * r * r + r;

  const D rest = entry(z, powers_rest);
  return {power(z, powers_of_two), p + Pair{rest, rest * p.high}};
}

// log(1 + q) for q >= 0, with a relative error below 2^-78. L0 = log1p(q) in double is improved by
// one step of Newton's method: w = (1 + q) e^-L0 - 1, and L = L0 + log(1 + w) = L0 + w - w^2 / 2.
//   1. |w| < 2^-48, so that w^3 is below 2^-144.
//   2. For q < 1, w = s + q + q s with s = e^-L0 - 1, whose relative error is 2^-81; so that of w is
//      2^-81 q.
//   3. For larger q, the relative error of e^-L0 is an absolute one of w, and L > 0.69.
template <class V>
[[gnu::always_inline]] inline Wide<Single<V>> wide_log1p(const Wide<Single<V>>& q) {
  using Pair = Wide<Single<V>>;
  const double l = log1p(q.high, [](double a) { return a; });
  if (!(l > 0)) return q;
  const auto e = wide_power<Single<V>>({-l, 0});
  Pair w;
  if (q.high < 1) {
    const Pair s = e.minus_1();
    w = (s + q) + q * s;
  } else {
    w = (q + Pair{1, 0}) * e.value() + Pair{-1, 0};
  }
  const Pair sum = Pair::sum(l, w.high);
  return Pair::ordered(sum.high, sum.low + (w.low - w.high * w.high / 2));
}

}  // namespace maxtrick::kernels::correct
