#include "table/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace maxtrick::table {

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end(),
            [](double a, double b) { return std::isnan(b) ? !std::isnan(a) : a < b; });
  const double at = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const double share = at - std::floor(at);
  // No interpolation if the quantile is exactly one of the values. Otherwise a neighbouring
  // infinity, which does not count here, would make it NaN.
  if (share == 0 || below + 1 == values.size()) return values[below];
  const double a = values[below], b = values[below + 1];
  // Between a number and an infinity, or between two equal infinities, the result is that infinity,
  // which a + b gives. The interpolation would give NaN, because b - a is NaN or infinite.
  if (std::isinf(a) || std::isinf(b)) return a + b;
  return a + share * (b - a);
}

}  // namespace maxtrick::table
