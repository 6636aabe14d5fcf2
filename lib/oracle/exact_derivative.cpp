#include "oracle/exact_derivative.hpp"

#include <algorithm>
#include <cmath>

namespace maxtrick::oracle {

ExactDerivative::ExactDerivative(const std::vector<numerics::Exact<double>>& probabilities)
    : q(probabilities.size()) {
  for (const auto& y : probabilities) p.push_back({y.rounded, std::ldexp(y.rest, y.ulp_exponent)});
  for (std::size_t i = 0; i < p.size(); ++i)
    for (std::size_t j = 0; j < p.size(); ++j)
      if (j != i) q[i] = q[i] + p[j];
  largest_gradient = q[target].high;
  // The largest entry is on the diagonal: P_i Q_i >= P_i P_j, because Q_i is the sum of the P_j.
  for (std::size_t i = 0; i < p.size(); ++i) {
    largest_entry = std::max(largest_entry, p[i].high * q[i].high);
    if (i != target) largest_gradient = std::max(largest_gradient, p[i].high);
  }
}

double distance(double x, numerics::Pair exact) { return std::fabs((x - exact.high) - exact.low); }

double distance(double x, numerics::Pair exact, numerics::Pair one_minus_exact) {
  return exact.high < 0.5 ? distance(x, exact)
                          : std::fabs((x - 1) + one_minus_exact.high + one_minus_exact.low);
}

}  // namespace maxtrick::oracle
