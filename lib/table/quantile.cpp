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
  // So that an infinity beside it, of which nothing is wanted, makes no NaN.
  if (share == 0 || below + 1 == values.size()) return values[below];
  const double a = values[below], b = values[below + 1];
  // Between a number and an infinity, or two that are alike, lies the infinity; b - a is NaN or
  // cancels it.
  if (std::isinf(a) || std::isinf(b)) return a + b;
  return a + share * (b - a);
}

}  // namespace maxtrick::table
