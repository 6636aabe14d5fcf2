// x - m - L: the logarithm of a probability, from the largest logit m and L = log-sum-exp - m.
//
// Notation: u = 2^-24.
//
// accurate:
//   1. M = m + L is the sum of two floats, M1 + M2.
//   2. For x = m the result is y = -L.
//   3. Otherwise s = x - M1, and TwoSum gives its rounding error e. The result is
//      y = s + (e - M2).
//   4. |x - m| is at least half an ULP of m. Therefore |M2| <= |y| / 2, and the rounding of M2 is
//      at most 0.25 ULP of y.
//   5. The error of L is at most 0.4 u of L. If M2 has the size of step 4, L is at most half of y,
//      and the error of L is at most 0.2 ULP of y.
//   Error: 0.5 (y) + 0.25 (M2) + 0.2 (L), or 0.5 + 0.4 if M2 is negligible: below 1 ULP.
// fast:
//   1. y = (x - m) - L. x - m and -L have the same sign, so that nothing cancels. The relative
//      error of their sum is at most the larger one of their relative errors.
//   2. The rounding of y is at most 0.5 ULP.
//   3. The relative error of x - m is at most 1 u. That of L is at most 1.12 (exponentials) +
//      2 (sum) + 0.12 (e^m) + 1 (rounding of L) = 4.24 u, which is the larger one.
//   Error: 0.5 + 4.24 = 4.74 ULP at most.
#pragma once

#include "kernels/exponential.hpp"

namespace maxtrick::kernels {

template <class V, bool accurate>
struct LogProbability {
  using Floats = typename V::Floats;

  Floats m, at_m, m1, m2;

  LogProbability() = default;
  LogProbability(Floats m_, typename V::Doubles l) : m(m_), at_m(V::all(0.0F) - V::narrow(l)) {
    m1 = V::narrow(V::widen(m) + l);
    m2 = V::narrow(l - (V::widen(m1) - V::widen(m)));
  }

  // For x other than m. If `finite` is set, x is neither -inf nor so far below m that the
  // difference overflows.
  template <bool finite>
  Floats below(Floats x) const {
    if constexpr (!accurate) return (x - m) + at_m;
    // Every second addition is written as a product with 1: the result is the same, and many CPUs
    // add and multiply on different ports.
    const Floats one = V::all(1.0F), s = x - m1, b = fnma(x, one, s);
    const Floats e = fma(fnma(s - b, one, x), one, (V::all(0.0F) - m1) - b);
    const Floats y = fma(e - m2, one, s);
    if constexpr (finite) return y;
    return select(s == V::all(-__builtin_inff()), s, y);
  }

  template <bool finite>
  Floats operator()(Floats x) const {
    if constexpr (!accurate) return below<finite>(x);
    return select(x == m, at_m, below<finite>(x));
  }
};

}  // namespace maxtrick::kernels
