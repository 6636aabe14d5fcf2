// e^d for d <= 0 in double, for step 1 of the algorithm `correct` (correct.hpp).
//
//   1. z = fma(d, 16 / ln 2, magic), where magic = 1.5 * 2^52 has an ULP of 1. So n = z - magic is
//      16 d / ln 2 rounded to an integer, and the lowest bits of z are those of n.
//   2. r = d - n ln(2)/16 by one fma. |r| <= ln(2)/32 + 2^-45. The rounding of r is at most 2^-59,
//      and the error of the constant is 2^-54.5 of |d|.
//   3. p = e^r - 1 = r + r^2 q(r), where q is a minimax polynomial (scripts/coefficients.sollya).
//      The error of p is 2^-56.2. The roundings of p and q are below 2^-57.
//   4. t = table[n mod 16] 2^floor(n / 16). The entries are the doubles nearest to 2^(i/16).
//   5. e = t + t p, rounded once.
// The relative error of e is at most 2^-54.5 |d| (r) + 2^-59 (r) + 2^-56.2 (q) + 2^-57 (p) +
// 2^-53.3 (table) + 2^-53 (e): 2^-51.9 + 2^-54.5 |d|. An error of d itself comes on top of it.
// scripts/proofs has the proofs of the roundings.
#pragma once

#include <cstdint>

#include "kernels/doubles.hpp"

namespace maxtrick::kernels::correct {

inline constexpr double magic = 0x1.8p52;
inline constexpr double sixteen_by_ln2 = 0x1.71547652b82fep4;
inline constexpr double ln2_by_16 = 0x1.62e42fefa39efp-5;
// q2 is the coefficient of r^2, and so on.
inline constexpr double q2 = 0x1.0000000000005p-1, q3 = 0x1.555555548f86cp-3,
                        q4 = 0x1.555555545eabfp-5, q5 = 0x1.11123aafc5986p-7,
                        q6 = 0x1.6c185ded0b163p-10;

#define MAXTRICK_ENTRY(i, x) \
  (__builtin_bit_cast(std::int64_t, x) - (static_cast<std::int64_t>(i) << 48))
// Entry i has the bits of 2^(i/16), minus i 2^48: see power() of the vector types.
inline constexpr std::int64_t powers_of_two[16] = {MAXTRICK_ENTRY(0, 0x1p0),
                                                   MAXTRICK_ENTRY(1, 0x1.0b5586cf9890fp0),
                                                   MAXTRICK_ENTRY(2, 0x1.172b83c7d517bp0),
                                                   MAXTRICK_ENTRY(3, 0x1.2387a6e756238p0),
                                                   MAXTRICK_ENTRY(4, 0x1.306fe0a31b715p0),
                                                   MAXTRICK_ENTRY(5, 0x1.3dea64c123422p0),
                                                   MAXTRICK_ENTRY(6, 0x1.4bfdad5362a27p0),
                                                   MAXTRICK_ENTRY(7, 0x1.5ab07dd485429p0),
                                                   MAXTRICK_ENTRY(8, 0x1.6a09e667f3bcdp0),
                                                   MAXTRICK_ENTRY(9, 0x1.7a11473eb0187p0),
                                                   MAXTRICK_ENTRY(10, 0x1.8ace5422aa0dbp0),
                                                   MAXTRICK_ENTRY(11, 0x1.9c49182a3f09p0),
                                                   MAXTRICK_ENTRY(12, 0x1.ae89f995ad3adp0),
                                                   MAXTRICK_ENTRY(13, 0x1.c199bdd85529cp0),
                                                   MAXTRICK_ENTRY(14, 0x1.d5818dcfba487p0),
                                                   MAXTRICK_ENTRY(15, 0x1.ea4afa2a490dap0)};
#undef MAXTRICK_ENTRY

// Exponentials of smaller numbers are replaced by that of this one. It is below half the smallest
// float, with any scale of a gradient, and no product with a scale or a quotient underflows. The
// third step knows that they are not 0.
inline constexpr double least_exponent = -600;

// e^d for least_exponent <= d <= 0. `All` makes a D, a double or a vector of them, of a double. e^0 is 1. NaN
// gives NaN.
template <class D, class All>
[[gnu::always_inline]] inline D exponential(D d, All all) {
  const D z = fma(d, all(sixteen_by_ln2), all(magic)), n = z - all(magic);
  const D r = fma(n, all(-ln2_by_16), d), square = r * r;
  const D q = fma(fma(all(q6), r, all(q5)), square, fma(all(q4), r, all(q3)));
  const D p = fma(fma(q, r, all(q2)), square, r);
  const D t = power(z, powers_of_two);
  return fma(t, p, t);
}

}  // namespace maxtrick::kernels::correct
