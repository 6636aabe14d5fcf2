// Temperature scaling: one number by which all logits are divided, fitted to held-out examples
// (C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, On Calibration of Modern Neural Networks, ICML
// 2017).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "numerics/rows.hpp"

namespace maxtrick::learn {

// The mean over the rows of -log softmax(z / temperature)_y, computed with the maximum subtracted.
// A row of one logit z counts as the row (0, z). NaN if there are no rows.
[[nodiscard]] double negative_log_likelihood(numerics::Rows<const double> logits,
                                             std::span<const std::int32_t> labels,
                                             double temperature = 1);

struct Temperature {
  double value;
  bool at_limit;  // whether the smallest loss lies at or beyond one of the limits
};

inline constexpr double lowest_temperature = 0.01, highest_temperature = 100;
// The largest relative error of a fitted temperature, apart from the rounding of the derivative.
inline constexpr double temperature_tolerance = 1e-10;

// The temperature between the limits with the smallest negative log-likelihood L.
//  1. With b = 1 / temperature, the loss of a row is l(b) = log sum_k exp(b z_k) - b z_y.
//  2. l'(b) = m(b) - z_y, where m(b) is the mean of z under the probabilities p = softmax(b z).
//  3. l''(b) = sum_k p_k (z_k - m(b))^2 is the variance of z under p. It is not negative, so L is
//     convex in b, and L' never decreases. (In the temperature itself L is not convex.)
//  4. The smallest L on [b_low, b_high] is therefore at b_low if L'(b_low) >= 0, at b_high if
//     L'(b_high) <= 0, and else at the zero of L' between them, which Newton's method finds. A step
//     that leaves the bracket of the zero is replaced by bisection.
// Where every label has the largest logit of its row ("separable"), L' is negative for all b and L
// falls towards its infimum as the temperature tends to 0: the result is lowest_temperature. If the
// logits say less about the labels than no logits would, it is highest_temperature. If all rows have
// equal logits, every temperature is as good, and the result is 1. If there are no rows, or a logit
// is not finite, it is NaN. The first three results are `at_limit`.
[[nodiscard]] Temperature fit_temperature(numerics::Rows<const double> logits,
                                          std::span<const std::int32_t> labels);

}  // namespace maxtrick::learn
