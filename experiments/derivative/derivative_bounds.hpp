// What arithmetic can add to the errors of the probabilities that a derivative is made from.
//
// P, Q are the exact probabilities and 1 - P; p = P + a the variant's, |a| its absolute error,
// measured; u the unit roundoff, first order. What the arithmetic can add to a:
//   -p_i p_j      |error| <= P_i |a_j| + P_j |a_i| + u P_i P_j
//   p_i (1 - p_i) |error| <= |Q_i - P_i| |a_i| + 2 u P_i Q_i      (d/dP of P - P^2 is Q - P)
//   p_t - 1       relative error <= |a_t| / Q_t + u, so (P_t / Q_t + 1) u where p_t is only
//                 rounded: no digit is left once Q_t is below u
//   -sum of p_j, j /= t, n classes, in order
//                 relative error <= sum |a_j| / Q_t + (n - 2) u: that of the worst p_j, and of the
//                 sum; nothing cancels
// The bounds in the table are these with every term of higher order and half the smallest subnormal
// for each result that may underflow, so that they hold in every row, also where p has no digit.
#pragma once

#include <vector>

#include "ops/dtype.hpp"
#include "oracle/exact_derivative.hpp"

namespace maxtrick::derivative {

// Of the Jacobian by its largest entry; of the target's entry of the gradient in its two forms,
// relative.
struct DerivativeBounds {
  double jacobian = 0, minus_1 = 0, of_others = 0;
};

// The bounds at the head of this file, with all orders; `a` are the probabilities' errors.
[[nodiscard]] DerivativeBounds derivative_bounds(const oracle::ExactDerivative& exact,
                                                 const std::vector<double>& a, ops::DType dtype);

}  // namespace maxtrick::derivative
