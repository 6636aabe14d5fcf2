// log(1 + q) as a pair of doubles, without libm, so that its bits are the same everywhere.
//
// The method is that of kernels/logarithm.hpp: 1 + q = 2^k (1 + f), s = f / (2 + f), |s| <= 0.1716,
// and log(1 + f) = 2 s + 2 s^3/3 + 2 s^5/5 + ...
//   1. f and s are pairs, with relative errors below 2^-100. Where q itself is in the range of f,
//      f = q, so that a tiny q keeps its digits.
//   2. The terms from s^3 on are computed in double. They are below 0.0101 of the sum. The low part
//      of s counts in them by its first derivative, and the roundings are below 2^-51.4 of them:
//      2^-58 of the sum.
//   3. The first term that is left out is 2 s^25/25, 2^-65 of the sum.
//   4. k ln 2 is a pair. The product with the first part of ln 2, which has 42 bits, is exact.
//   5. If k = 1 and f < 0, k ln 2 and log(1 + f) cancel, but the result is as large as log(1 + f).
// The relative error is below 2^-57.9, apart from the effect of an error of q.
#pragma once

#include "kernels/float64/exponential.hpp"
#include "kernels/logarithm.hpp"

namespace maxtrick::kernels::float64 {

// For -1 < q < 2^1000, where 2^-400 < |q| or q = 0. NaN gives NaN.
template <class W>
[[gnu::always_inline]] inline Wide<W> log1p(const Wide<W>& q) {
  using D = typename W::Doubles;
  using P = Wide<W>;
  const auto all = [](double a) __attribute__((always_inline)) { return W::all(a); };
  constexpr double ln2_first = 0x1.62e42fefa38p-1, ln2_second = 0x1.ef35793c7673p-45;
  // `in` if q is in the range of f, else `out`.
  const auto by_range = [&](D in, D out) __attribute__((always_inline)) {
    return where_less(all(-0.29), q.high, where_less(q.high, all(0.4142), in, out), out);
  };

  const P above_1 = P::sum(all(1.0), q.high);
  const P v = P::ordered(above_1.high, above_1.low + q.low);
  const D k = by_range(all(0.0), exponent(v.high, logarithm::sqrt_half));
  const D scale = without_exponent(all(1.0), k);
  const P reduced = P::ordered(v.high * scale - all(1.0), v.low * scale);
  const P f{by_range(q.high, reduced.high), by_range(q.low, reduced.low)};

  const P d = P::sum(all(2.0), f.high);
  const D inverse = all(1.0) / d.high, s = f.high * inverse, z = s * s;
  const D rest_of_f = fnma(s, d.high, f.high) + fnma(s, d.low + f.low, f.low);
  const D two_s_low = (rest_of_f + rest_of_f) * inverse;
  D series = all(2.0 / 23);
  for (int n = 21; n >= 3; n -= 2) series = fma(series, z, all(2.0 / n));
  const P log_f = P::ordered(s + s, fma(s * z, series, fma(two_s_low, z, two_s_low)));
  const P sum = P::sum(k * all(ln2_first), log_f.high);
  return P::ordered(sum.high, sum.low + fma(k, all(ln2_second), log_f.low));
}

}  // namespace maxtrick::kernels::float64
