// The exact derivative of softmax and cross-entropy, and how far a number is from an entry of it.
//
// Exact values are pairs of doubles: from the oracle in double, whatever the working type (its
// logits are doubles too), each probability is known to 2^-93 of itself; Q_i is the sum of the
// other probabilities, never 1 - P_i, which would cancel as p_t - 1 does. What is near 1 is held
// against its complement, which has the digits.
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

// |x - exact|: x - high is exact where the two are close.
[[nodiscard]] double distance(double x, numerics::Pair exact);

// The same for a probability of which 1 - exact is known too: near 1 that is where the digits are
// (the pair of 1 - e^-80 is 1), and x - 1 is exact there.
[[nodiscard]] double distance(double x, numerics::Pair exact, numerics::Pair one_minus_exact);

}  // namespace maxtrick::oracle
