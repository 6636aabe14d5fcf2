// x - m - L: the logarithm of a probability, of the largest logit m and L = log-sum-exp - m.
//
// accurate: M = m + L = M1 + M2 in two floats. For x = m, y = -L. Else s = x - M1 with its rounding
//   error e by TwoSum, y = s + (e - M2): |x - m| is half an ULP of m at least, from which |M2| <=
//   |y| / 2, so that the rounding of M2 is at most 0.25 ULP of y: 0.5 + 0.25 + 0.19 (L, where it is
//   half of y at most beside such an M2, else 0.37) < 1 ULP.
// fast: (x - m) - L, both of one sign, so that nothing cancels: 0.5 ULP and in u 1, of x - m, or
// what L
//   is off, whichever is more: 1.12 + 2 from the sum, 0.12 from e^m, 1 from rounding: 4.74 ULP.
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

  // For x that is not m, and where `finite` is set neither -inf nor so far below m that the
  // difference overflows.
  template <bool finite>
  Floats below(Floats x) const {
    if constexpr (!accurate) return (x - m) + at_m;
    const Floats s = x - m1, b = s - x;
    const Floats e = (x - (s - b)) + ((V::all(0.0F) - m1) - b), y = s + (e - m2);
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
