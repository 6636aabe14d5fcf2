// What error bounds are made of.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace maxtrick::ops {

// What bounds are made of: a row of finite logits in the type that computes, and that type.
struct RowFacts {
  std::size_t classes;   // n, those of a logit of -inf left out
  double max, min;       // of the finite logits
  double log_sum_exp;    // y, in double: right to uncertainty()
  double unit_roundoff;  // u
  double least_normal;   // the smallest normal number
  double largest;        // the largest finite number

  // y is max + log S, each known relatively.
  [[nodiscard]] double uncertainty() const {
    return 0x1p-51 * (std::abs(max) + std::abs(log_sum_exp - max));
  }
  // log S = y - max, from below by what y may be off.
  [[nodiscard]] double least_log_S() const;
};

inline double RowFacts::least_log_S() const {
  // The difference cancels where the logits are large; that all others may be as low as the least
  // is known as well.
  const double n = static_cast<double>(classes);
  return std::max(log_sum_exp - max - uncertainty(), std::log1p((n - 1) * std::exp(min - max)));
}

}  // namespace maxtrick::ops
