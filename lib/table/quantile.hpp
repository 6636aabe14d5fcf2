// Order statistics.
#pragma once

#include <vector>

namespace maxtrick::table {

// The q-quantile, q in [0, 1], of at least one value. It interpolates linearly between two order
// statistics, as R's type 7 and NumPy's default do. NaN is greater than every number. Between a
// number and an infinity, or between two equal infinities, the result is the infinity (NumPy may
// give NaN).
[[nodiscard]] double quantile(std::vector<double> values, double q);

}  // namespace maxtrick::table
