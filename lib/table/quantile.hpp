// Order statistics.
#pragma once

#include <vector>

namespace maxtrick::table {

// The q-quantile, q in [0, 1], of at least one value: between two of them in order linearly, as
// R's type 7 and NumPy's default. NaN is greater than every number; between a number and an
// infinity, or two alike, lies the infinity (where NumPy may have NaN).
[[nodiscard]] double quantile(std::vector<double> values, double q);

}  // namespace maxtrick::table
