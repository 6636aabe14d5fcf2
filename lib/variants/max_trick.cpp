// Softmax that subtracts the maximum first, and the logarithm of that softmax.
//
// exp never overflows: its arguments are at most 0, and the sum is at least 1. The cost is the
// rounding of x - m, where m is the maximum. exp turns it into a relative error of up to W u in the
// smallest probability, with W = m - xmin. The logarithm y = log p adds an error of u |y|, and is
// useless near 0: log p is 0 once 1 - p is below u, although log-softmax is -(1 - p) there. It is
// -inf where p underflows, from a gap of about 104 (float32) or 745 (float64) on.
//
// Norm-wise the error is less than the (n + 2 + 2 W) u of Blanchard, Higham & Higham 2021. To first
// order, with f as in roundings.hpp and S = sum e^(x_j - m):
// 1. In the numerator, rounding the argument causes a relative error of W_i u, W_i = m - x_i.
//    Norm-wise it is weighted by e^-W_i: with k other roundings the error is e^-t (t + k) u at
//    t = W_i. This is largest at t = 0, so W_i does not appear in the norm-wise bound.
// 2. In the sum, that error is weighted by p_i, and sum p_i W_i is the entropy minus log S. It is
//    at most log(n/S).
// 3. This gives the bounds
//      softmax      (n + 2 f + log(n/S)) u; underflow adds (f + 1 + S) l, and to the sum, in units
//                   of u, (n - 1) (f + 1) l / S
//      log-softmax  ((W + n + 2 f + log(n/S)) / Y + f) u, Y = W + log S = max |y_i|
#include "ops/log_softmax.hpp"
#include "ops/softmax.hpp"
#include "variants/roundings.hpp"
#include "variants/scalar.hpp"

namespace maxtrick::variants {
namespace {

template <class T>
void softmax_row(std::span<const T> x, std::span<T> y) {
  const T m = maximum(x);
  T sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += y[i] = exp(x[i] - m);
  for (T& yi : y) yi /= sum;
}

std::optional<double> softmax_bound(const ops::RowFacts& row) {
  const Roundings r(row);
  const double k = r.shifted_sum() + r.f + 1;
  return if_finite(k * r.growth(r.reach(r.W) + k) + r.lost() * r.growth(k) +
                   r.l * std::exp(r.log_S));
}

std::optional<double> log_softmax_bound(const ops::RowFacts& row) {
  const Roundings r(row);
  const double k = r.W + r.shifted_sum() + r.f + 1;
  if (r.n == 1) return 0;  // 1 / 1 and log 1 are exact
  if (!r.probabilities_are_normal(k)) return std::nullopt;
  return if_finite(r.f + r.g(k) * (1 + r.f * r.u) / r.Y);
}

const ops::Register softmax{
    scalar({.op = ops::softmax,
            .algorithm = "max_trick",
            .summary = "exp(x - max) / sum exp(x - max)",
            .source = "slides (S6); Blanchard, Higham & Higham 2021",
            .float32_claim = {.max_ulp = 262,
                              .witness = {-8.607819, -14.676044, -30.22284, -17.586805, 35.93838,
                                          -37.531857, -13.414739, 39.76553},
                              .witness_ulp = 66.1},
            .float64_claim = {.max_ulp = 262,
                              .witness = {14.801506701822705, -10.904703536298546,
                                          4.453130839080061, 29.315235482971254, -40},
                              .witness_ulp = 65.8},
            .bound = softmax_bound},
           []<class T>(std::span<const T> x, std::span<T> y) { softmax_row<T>(x, y); })};

const ops::Register log_softmax{scalar(
    {.op = ops::log_softmax,
     .algorithm = "log_of_max_trick",
     .summary = "log(exp(x - max) / sum exp(x - max))",
     .source = "slides (logsoftmax1)",
     .nature = ops::Nature::unguarded,
     .float32_claim = {.max_ulp = 132,
                       .floor = 1,
                       .witness = {7.967004, -40, 7.967004, -7.9750752, -7.9745016, -7.9705267,
                                   -7.9740405, -7.9752026, -7.975091, -7.9752717},
                       .witness_ulp = 3.5},
     .float64_claim = {.max_ulp = 132,
                       .floor = 1,
                       .witness = {16.871612467252, 16.871612467252, -16.774880836681255,
                                   16.871612467252, 16.871612467252, -16.53438672452355,
                                   -16.86948183070589, -16.871612467248042, -16.869625849380135,
                                   -16.8694853725615, 16.52107277969041, -16.871005029556958},
                       .witness_ulp = 4.5},
     .bound = log_softmax_bound},
    []<class T>(std::span<const T> x, std::span<T> y) {
      softmax_row<T>(x, y);
      for (T& yi : y) yi = log(yi);
    })};

}  // namespace
}  // namespace maxtrick::variants
