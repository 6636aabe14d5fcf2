// The exact derivatives of softmax and cross-entropy, and the distance of a number from an entry.
//
// Exact values are pairs of doubles.
//   - The oracle computes the probabilities P_i in double for every working type, because its
//     logits are doubles too. The relative error of each is at most 2^-93.
//   - Q_i is the sum of the other probabilities. 1 - P_i would cancel, as p_t - 1 does.
//   - A number near 1 is compared by its distance from 1, because only the complement has the
//     digits.
#pragma once

#include <cstddef>
#include <vector>

#include "numerics/compensated_sum.hpp"
#include "oracle/oracle.hpp"

namespace maxtrick::oracle {

inline constexpr std::size_t target = 0;  // the class that the label names

// P, Q = 1 - P and the largest entries of the exact Jacobian and gradient.
struct ExactDerivative {
  std::vector<numerics::Pair> p, q;
  double largest_entry = 0, largest_gradient = 0;

  explicit ExactDerivative(const std::vector<numerics::Exact<double>>& probabilities);
};

// |x - exact|. x - high is exact if the two are close.
[[nodiscard]] double distance(double x, numerics::Pair exact);

// The same for a probability whose complement 1 - exact is known too. Near 1 only the complement
// has the digits (the pair of 1 - e^-80 is 1), and x - 1 is exact there.
[[nodiscard]] double distance(double x, numerics::Pair exact, numerics::Pair one_minus_exact);

}  // namespace maxtrick::oracle
