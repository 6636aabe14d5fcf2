// The maximum is m, and the gaps x_i - m are sums of two doubles, without error.
//
// 1. e_i = e^(x_i - m) has a relative error below 2^-88. It is exponential_pair() of the high part
//    of the gap, whose relative error is below 2^-95, times 1 + low; low^2 / 2 < 2^-89 is omitted.
// 2. S = 1 + R, where R is the sum of the e_i over all classes but one maximum. It takes n
//    additions with an error of 2^-103 each.
// 3. softmax is e_i / S: the quotient of the high parts, corrected by the remainder.
// 4. log-softmax is (x_i - m) - log(1 + R). Both terms have the same sign, and the first is exact.
//    The relative error is 2^-49 from log1p plus 2^-53 from R's high part; log1p does not amplify
//    the latter, since q / ((1 + q) log(1 + q)) <= 1.
// 5. Where R has underflowed, the smallest positive double replaces it. The exact values 1 - R and
//    x_i - m - R then round differently from 1 and x_i - m if those lie on a breakpoint of
//    rounding.
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
