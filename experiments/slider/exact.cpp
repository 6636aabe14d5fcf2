// With m the maximum and the gaps x_i - m as sums of two doubles, which is without loss:
//   e_i = e^(x_i - m) to 2^-88: exponential_pair() of the high part, relative error below 2^-95,
//   times
//         1 + low, of which low^2 / 2 < 2^-89 is left out;
//   S   = 1 + R, R the sum over all but one maximum: n additions of 2^-103 each.
// softmax: e_i / S, the quotient of the high parts and what that leaves.
// log-softmax: (x_i - m) - log(1 + R), two terms of one sign of which the first is exact: 2^-49
// from log1p and 2^-53 from R's high part (q / ((1 + q) log(1 + q)) <= 1: log1p does not amplify
// it). Where R has underflowed, the least double stands for it: an exact value of 1 - R and one of
// x_i - m - R round otherwise than 1 and x_i - m where these are where the rounding changes.
#include "slider/exact.hpp"

#include <cstddef>

#include "kernels/logarithm.hpp"
#include "kernels/sum_minus_1.hpp"
#include "ops/softmax.hpp"

namespace maxtrick::slider {
namespace {

using numerics::DoubleDouble;

DoubleDouble power_of_gap(double x, double m) {
  if (x == -INFINITY) return {};
  const DoubleDouble gap = numerics::two_sum(x, -m);
  const DoubleDouble power = kernels::exponential_pair(gap.high) * DoubleDouble{1, gap.low};
  return power.high == 0 ? DoubleDouble{0x1p-1000} : power;
}

DoubleDouble quotient(DoubleDouble a, DoubleDouble b) {
  const double q = a.high / b.high;
  const DoubleDouble left = a + DoubleDouble{-q} * b;
  return numerics::two_sum(q, left.high / b.high);
}

DoubleDouble log_probability(double x, double m, double log_sum) {
  if (x == -INFINITY) return {x};
  const DoubleDouble gap = numerics::two_sum(x, -m);
  return gap + DoubleDouble{-log_sum};
}

}  // namespace

std::vector<DoubleDouble> exact(ops::Op op, std::span<const double> logits) {
  const double m = *std::max_element(logits.begin(), logits.end());
  const bool nan =
      std::any_of(logits.begin(), logits.end(), [](double x) { return std::isnan(x); });
  std::vector<DoubleDouble> y(logits.size(), DoubleDouble{NAN});
  if (nan || !std::isfinite(m)) return y;

  DoubleDouble rest;
  bool left_out = false;
  for (const double x : logits) {
    if (x == m && !left_out)
      left_out = true;
    else
      rest = rest + power_of_gap(x, m);
  }
  const DoubleDouble sum = rest + DoubleDouble{1};
  const double log_sum = kernels::log1p(rest.high, [](double a) { return a; });
  for (std::size_t i = 0; i < y.size(); ++i)
    y[i] = op == ops::softmax ? quotient(power_of_gap(logits[i], m), sum)
                              : log_probability(logits[i], m, log_sum);
  return y;
}

}  // namespace maxtrick::slider
