// Compensated summation in double.
#pragma once

#include "numerics/double_double.hpp"

namespace maxtrick::numerics {

using Pair = numerics::DoubleDouble;
using numerics::two_sum;

// Sums terms in order. The rounding error of each addition is kept and added at the end, so that
// the sum stays accurate if large terms cancel.
class Sum {
 public:
  Sum& operator+=(double x) {
    const Pair next = two_sum(sum_.high, x);
    sum_ = {next.high, sum_.low + next.low};
    return *this;
  }
  [[nodiscard]] double value() const { return sum_.high + sum_.low; }

 private:
  Pair sum_;
};

}  // namespace maxtrick::numerics
