// The algorithm `correct`: every result is the float nearest to the exact value.
//
// Step 1 computes all results of a row in double, with a bound on their errors, and rounds them.
//   A result is doubtful if the bound does not exclude that the exact value is on the other side of
//   a midpoint between two floats. One in two million is, or one in a million of a wide row.
// Step 2 computes the sum and the doubtful results of such a row in pairs of doubles.
// Step 3 decides what is still doubtful by comparisons of sums of exponentials with 768 bits, under
//   the one assumption that third_step.hpp states.
//
// Notation: d = x - m, e = e^d, q = the sum of e without one class that has the largest logit m,
// S = 1 + q, L = log S. A row is narrow if no logit is 32 or more below m, else it is wide; n is the
// number of classes.
//
// Errors of step 1, relative to the exact values:
//   1. d in double: 0 for most floats. If m and x have more than 29 binary places between their
//      bits, it is half an ULP: 2^-49 (absolute) for |d| < 32, 2^-47 for |d| < 128.
//   2. e: 2^-51.9 + 2^-54.5 |d| (exponential.hpp) and the error of d. That is 2^-48.1 for |d| < 32
//      and 2^-46.2 for |d| < 128.
//   3. q and S: the errors of the terms, and 2^-49 for the sum (Sums). In a wide row, the terms with
//      |d| >= 32 add up to at most n 2^-46 of S, so that their larger errors do not count in S. Where
//      they count in q, L is below n 2^-46.
//   4. y = scale e / S: 2^-52 for the product and the quotient. Narrow: 2^-48.1 + 2^-47.5 + 2^-52 <
//      2^-46. Wide: 2^-46.2 + 2^-47.5 + 2^-52 < 2^-45. A y with |d| >= 128 is below 2^-154, also with
//      the largest scale: it is rounded to 0, whatever its relative error.
//   5. 1 - y at the target: q / S, or (S - e) / S, where S - e >= S / 2. The relative error of
//      (S - e) / S is y / (1 - y) <= 1 times that of y, and 2^-51.
//   6. -inf counts as e^-600 in steps 1 and 2. So does every logit further below m. This changes
//      neither S nor a distance: second_step.hpp says why. Step 3 leaves -inf out.
//   7. L: log1p adds 2^-49 to the relative error of q. L - d is a sum of two numbers >= 0, and has
//      no larger error than they.
//   8. m + L may cancel. Its error is at most 2^-45 L + 2^-53 |m + L|, and step 1 compares the
//      roundings of both ends.
// So the window of 2^-46 (narrow) and 2^-45 (wide) holds all of them (rounding.hpp).
//
// Whatever the order of additions and whichever step decides, the bits of a result are those of the
// exact value: they depend on no instruction set, number of threads, alignment or stride.
//
// scripts/proofs has proofs of the roundings of the exponential, of an addition of four terms, of
// the series in pairs.hpp, and of item 4, which scripts/prove checks with Gappa. The rest of
// the analysis is by hand. The error of the polynomial is from scripts/coefficients.sollya.
#pragma once

#include "kernels/correct/long_rows.hpp"
#include "kernels/correct/short_rows.hpp"

namespace maxtrick::kernels::correct {

template <class V, Task task>
void rows(const Work<V>& work) {
  work.classes <= short_classes ? short_rows<V, task>(work) : long_rows<V, task>(work);
}

}  // namespace maxtrick::kernels::correct
