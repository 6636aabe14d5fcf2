// The properties of a row from which error bounds are computed.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace maxtrick::ops {

// The properties of a row of finite logits, and of the type of the computation.
struct RowFacts {
  std::size_t classes;   // n, without the classes whose logit is -inf
  std::size_t masked;    // the number of logits that are -inf
  double max, min;       // of the finite logits
  double log_sum_exp;    // y, in double, with an error of at most uncertainty()
  double unit_roundoff;  // u
  double least_normal;   // the smallest normal number
  double largest;        // the largest finite number

  // A bound on the error of log_sum_exp: y = max + log S, and both terms have a small relative
  // error.
  [[nodiscard]] double uncertainty() const {
    return 0x1p-51 * (std::abs(max) + std::abs(log_sum_exp - max));
  }
  // A lower bound on log S = y - max, which allows for the error of y.
  [[nodiscard]] double least_log_S() const;
};

inline double RowFacts::least_log_S() const {
  // The difference cancels if the logits are large. A second lower bound follows from the fact that
  // all other logits are at least `min`.
  const double n = static_cast<double>(classes);
  return std::max(log_sum_exp - max - uncertainty(), std::log1p((n - 1) * std::exp(min - max)));
}

}  // namespace maxtrick::ops
