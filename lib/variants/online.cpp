// Softmax in two passes: the maximum and the sum together (M. Milakov and N. Gimelshein, "Online
// normalizer calculation for softmax", arXiv 1805.02867, 2018).
//
// The sum s is kept relative to the running maximum m and rescaled whenever m grows. The rescaling
// factors multiply up to e^(first - last maximum), so the roundings of their arguments add up to at
// most the spread, and each rescaling adds two roundings of its own: the bound is that of max_trick
// plus at most 2 n + spread.
//
// A row that starts with -inf would rescale by exp(-inf - -inf), NaN, if m started there: m starts
// at the lowest finite number instead, and a row of nothing but -inf ends as 0 / 0, NaN, as it
// should. A row with +inf is wrong: NaN in the place of +inf, 0 elsewhere.
#include <limits>

#include "variants/scalar.hpp"

namespace maxtrick::variants {
namespace {

const Register softmax{
    scalar({.op = Op::softmax,
            .algorithm = "online",
            .isa = {},
            .summary = "maximum and sum in one pass, rescaled as the maximum grows",
            .source = "Milakov & Gimelshein, arXiv 1805.02867",
            .float32_claim = {.max_ulp = 542,
                              .witness = {-8.607819, -14.676044, -30.22284, -17.586805, 35.93838,
                                          -37.531857, -13.414739, 39.76553},
                              .witness_ulp = 66.1},
            .float64_claim = {.max_ulp = 542,
                              .witness = {14.801506701822705, -10.904703536298546,
                                          4.453130839080061, 29.315235482971254, -40},
                              .witness_ulp = 65.8}},
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
