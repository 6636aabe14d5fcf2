#include "derivative/derivative_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/dtype.hpp"

namespace maxtrick::derivative {

using ops::DType;

namespace {

// The largest relative change of a result of `operations` roundings in the type W, and of one to S
// where that is another: (1 + u)^k - 1, built up since 1 + u is 1 in double for float64.
double growth(DType dtype, std::size_t operations) {
  const bool mixed = ops::computes_in_float32(dtype);
  const double u = ops::unit_roundoff(mixed ? DType::float32 : dtype);
  double g = mixed ? ops::unit_roundoff(dtype) : 0;
  for (std::size_t k = 0; k < operations; ++k) g += u + u * g;
  return g;
}

}  // namespace

DerivativeBounds derivative_bounds(const oracle::ExactDerivative& exact,
                                   const std::vector<double>& a, DType dtype) {
  const std::size_t n = a.size();
  const double g1 = growth(dtype, 1), g2 = growth(dtype, 2), sum = growth(dtype, n - 2);
  const double underflow = ops::with_storage(dtype, []<class S>(std::type_identity<S>) {
    return double{std::numeric_limits<S>::denorm_min()};
  });
  const auto p = [&](std::size_t i) { return exact.p[i].high; };
  const auto q = [&](std::size_t i) { return exact.q[i].high; };
  DerivativeBounds bound;
  double others = 0, others_error = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double spread = p(i) * a[j] + p(j) * a[i] + a[i] * a[j];
      if (j != i)
        bound.jacobian = std::max(bound.jacobian, spread + (p(i) * p(j) + spread) * g1 + underflow);
    }
    const double diagonal = a[i] * (std::fabs(q(i) - p(i)) + a[i]);
    bound.jacobian = std::max(bound.jacobian, diagonal + (p(i) * q(i) + diagonal) * g2 + underflow);
    if (i == oracle::target) continue;
    others += p(i) + a[i];
    others_error += a[i];
  }
  const double q_t = q(oracle::target);
  // Above what rounding takes off the bounds themselves, in double.
  constexpr double slack = 1 + 0x1p-40;
  bound.jacobian *= slack / exact.largest_entry;
  bound.minus_1 = (a[oracle::target] + (q_t + a[oracle::target]) * g1 + underflow) / q_t * slack;
  bound.of_others = (others_error + others * sum + underflow) / q_t * slack;
  return bound;
}

}  // namespace maxtrick::derivative
