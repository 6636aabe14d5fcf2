#include "cost/errors.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "numerics/error.hpp"
#include "ops/softmax.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::cost {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::size_t logits_at_most = 4096;  // the oracle takes microseconds for each of them

double error_of_ratio(double got, double exact) {
  const double error = std::abs(got / exact - 1) * 0x1p23;
  return std::isnan(error) ? infinity : error;
}

double error_of_row(Stage stage, std::span<const float> x, std::span<const float> y, float number) {
  const auto top = static_cast<std::size_t>(std::max_element(x.begin(), x.end()) - x.begin());
  if (stage < Stage::exp) {
    const bool right =
        std::equal(x.begin(), x.end(), y.begin()) && (stage == Stage::copy || number == x[top]);
    return right ? 0 : infinity;
  }
  const auto p = oracle::answer<float>(ops::softmax, {.logits = x}).result;
  double largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double error = stage > Stage::sum ? numerics::error_ulp(p[i], y[i])
                                            : error_of_ratio(double{y[i]} / double{y[top]},
                                                             p[i].value() / p[top].value());
    largest = std::max(largest, error);
  }
  if (stage == Stage::sum)
    largest =
        std::max(largest, error_of_ratio(double{number} / double{y[top]}, 1 / p[top].value()));
  return largest;
}

}  // namespace

double largest_error(Stage stage, numerics::Rows<const float> x, numerics::Rows<const float> y,
                     std::span<const float> numbers) {
  // Rows spread over the matrix, the first and the last among them.
  const std::size_t n = std::min(
      x.rows, std::max<std::size_t>(2, logits_at_most / std::max<std::size_t>(1, x.columns)));
  double largest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t row = n == 1 ? 0 : i * (x.rows - 1) / (n - 1);
    largest = std::max(largest, error_of_row(stage, x.row(row), y.row(row), numbers[row]));
  }
  return largest;
}

}  // namespace maxtrick::cost
