// Sums of which nothing is lost.
#pragma once

#include "numerics/double_double.hpp"

namespace maxtrick::numerics {

using Pair = numerics::DoubleDouble;
using numerics::two_sum;

// Of terms in order, each addition's rounding error kept, so that what cancels leaves none behind.
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
