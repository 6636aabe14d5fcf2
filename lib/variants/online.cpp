// Softmax in two passes, of which the first finds both the maximum and the sum (M. Milakov and N.
// Gimelshein, "Online normalizer calculation for softmax", arXiv 1805.02867, 2018).
//
// The sum s is relative to the running maximum m, and is rescaled whenever m grows. The error, to
// first order and norm-wise, with f as in roundings.hpp and S = sum e^(x_j - m):
// 1. The product of the rescaling factors is e^(first - last maximum). So the rounding errors of
//    the arguments that a term x_j meets add up to at most its gap m - x_j, as in max_trick.
// 2. Each rescaling adds the error of an exponential and of a product. A later class brings an
//    addition, or a rescaling and an addition, so a term meets at most (n - 1) (f + 2) further
//    roundings.
// 3. In all, the error is at most ((n - 1) (f + 2) + f + 1 + log(n/S)) u.
// 4. A factor below the normal numbers counts as lost, and with it what it rescales: after j
//    classes up to j terms of at most 1 each. All losses together are at most
//    (n - 1) (n/2 + 2) (f + 1) u l. With their growth they are at most twice that, provided that
//    the number of roundings is at most 1/(2 u).
//
// If m started at x[0] and x[0] were -inf, the rescaling would compute exp(-inf - -inf), which is
// NaN. So m starts at the lowest finite number. A row in which all logits are -inf then ends as
// 0 / 0, which is NaN, as it should be. The result of a row with +inf is wrong: NaN in the place of
// +inf, and 0 elsewhere.
#include <limits>

#include "ops/softmax.hpp"
#include "variants/roundings.hpp"
#include "variants/scalar.hpp"

namespace maxtrick::variants {
namespace {

std::optional<double> bound(const ops::RowFacts& row) {
  const Roundings r(row);
  const double each = (r.n - 1) * (r.f + 2), reach = r.reach(r.W);
  if ((reach + each) * r.u > 0.5) return std::nullopt;
  const double sum = (r.mean_gap() + each) * r.growth(reach + each) +
                     (r.n - 1) * (r.n + 4) * r.lost() * std::exp(-r.log_S_low);
  const double k = sum + r.f + 1;
  return if_finite(k * r.growth(reach + k) + r.lost() * r.growth(k) + r.l * std::exp(r.log_S));
}

const ops::Register softmax{
    scalar({.op = ops::softmax,
            .algorithm = "online",
            .summary = "maximum and sum in one pass, rescaled as the maximum grows",
            .source = "Milakov & Gimelshein, arXiv 1805.02867",
            .float32_claim = {.max_ulp = 542,
                              .witness = {-8.607819, -14.676044, -30.22284, -17.586805, 35.93838,
                                          -37.531857, -13.414739, 39.76553},
                              .witness_ulp = 66.1},
            .float64_claim = {.max_ulp = 542,
                              .witness = {14.801506701822705, -10.904703536298546,
                                          4.453130839080061, 29.315235482971254, -40},
                              .witness_ulp = 65.8},
            .bound = bound},
           []<class T>(std::span<const T> x, std::span<T> y) {
             T m = std::numeric_limits<T>::lowest();
             T sum = 0;
             for (const T xi : x) {
               if (xi > m) {
                 sum = sum * exp(m - xi) + 1;
                 m = xi;
               } else {
                 sum += exp(xi - m);
               }
             }
             for (std::size_t i = 0; i < x.size(); ++i) y[i] = exp(x[i] - m) / sum;
           })};

}  // namespace
}  // namespace maxtrick::variants
