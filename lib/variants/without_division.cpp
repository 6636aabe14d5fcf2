// Softmax without a division: exp(x - y) with y = log-sum-exp, that is, exp of log-softmax (P.
// Blanchard, D. J. Higham and N. J. Higham, "Accurately computing the log-sum-exp and softmax
// functions", IMA J. Numer. Anal. 41(4), 2021, sections 3 and 4).
//
// This saves the division and loses accuracy: the rounding of y, u |y|, and that of x - y become
// relative errors of every probability. Subtracting the maximum does not help, since y is the same.
//
// The norm-wise error, to first order and in units of u (n classes, W_i = m - x_i,
// p_i = e^-W_i / S, f as in roundings.hpp):
// 1. If y has the error E, then x_i - y has the error E + W_i + log S, and exp adds f.
// 2. So the error of a single probability, which the claims state, is at most
//    (E + W_i + log S + f) u.
// 3. Norm-wise the error W_i is weighted by e^-W_i. The function e^-t (t + k) is largest at t = 0,
//    so the bound is E + log S + f, and underflow adds (f + 1) l S.
// 4. E is the absolute error of log_sum_exp.naive, n - 1 + f + f |y|, or of
//    log_sum_exp.shifted_log1p, log(n/S) + n - 2 + f + f log S + |y|.
// The paper has the largest |x_j - y| in place of log S: its bounds are
// |y| + max |x_j - y| + n + 2, and 1 + max |x_j - y| + |y + n - xmin|. The second lacks u |y|
// (shifted.cpp).
#include "ops/softmax.hpp"
#include "variants/roundings.hpp"
#include "variants/scalar.hpp"

namespace maxtrick::variants {
namespace {

template <class T>
void exp_of_difference(std::span<const T> x, T lse, std::span<T> y) {
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = exp(x[i] - lse);
}

// `lse` is the absolute error of log-sum-exp in units of u.
std::optional<double> bound(const Roundings& r, double lse) {
  const double k = lse * (1 + r.u) + r.log_S + r.f;
  return if_finite(k * r.growth(r.reach(r.W + r.log_S) + k) + r.lost() * std::exp(r.log_S));
}

const ops::Register naive_exp_of_log{scalar(
    {.op = ops::softmax,
     .algorithm = "naive_exp_of_log",
     .summary = "exp(x - log sum exp(x))",
     .source = "Blanchard, Higham & Higham 2021",
     .nature = ops::Nature::unguarded,
     .float32_claim = {.max_ulp = 277,
                       .witness = {21.017557, 36.546886, 19.40812, 33.583786, 36.003967, 20.101149,
                                   20.101267, 20.101267, 20.101267, -38.515995, 20.101267,
                                   20.101244},
                       .witness_ulp = 102.3},
     .float64_claim = {.max_ulp = 277,
                       .witness = {-9.934677211946195e-05, 37.31720016016794,
                                   -1.0297414281066375e-05, -2.0582969394168328e-05,
                                   1.609397386518748, 5.849268901021659, 6.94601275308252,
                                   15.087403703036768, -29.22536678730352, -5.451015986434248e-05,
                                   -5.5580248330652475e-05, -0.0001527477216217794},
                       .witness_ulp = 101.3},
     .bound = [](const ops::RowFacts& row) -> std::optional<double> {
       const Roundings r(row);
       const double k = r.plain_sum();
       if (!r.plain_sum_is_finite(k)) return std::nullopt;
       return bound(r, r.g(k) * (1 + r.f * r.u) + r.f * std::abs(r.y));
     }},
    []<class T>(std::span<const T> x, std::span<T> y) {
      T sum = 0;
      for (const T xi : x) sum += exp(xi);
      exp_of_difference<T>(x, log(sum), y);
    })};

const ops::Register exp_of_log{scalar(
    {.op = ops::softmax,
     .algorithm = "exp_of_log",
     .summary = "exp(x - (max + log1p(sum over the others of exp(x - max))))",
     .source = "Blanchard, Higham & Higham 2021",
     .float32_claim = {.max_ulp = 241,
                       .witness = {35.602158, 35.60105, 35.5976, 35.60536, 35.59831, -35.570156,
                                   19.662972, 19.662972, 19.662972, 19.662972, 19.662972, 19.66292},
                       .witness_ulp = 99.9},
     .float64_claim = {.max_ulp = 241,
                       .witness = {26.87196479224746, -31.12674264324736, 38.188085258550196,
                                   26.102338551393025, -6.420222642931156, -4.440612529961747,
                                   -4.843370304093697, -9.640579602227145, -9.649627790358053,
                                   -6.931322683875144, -9.643523475899055, -9.63910096588827},
                       .witness_ulp = 96.4},
     .bound = [](const ops::RowFacts& row) -> std::optional<double> {
       const Roundings r(row);
       if (std::abs(r.y) > r.largest / 2) return std::nullopt;
       return bound(r, r.log1p_of_rest() * (1 + r.u) + std::abs(r.y));
     }},
    []<class T>(std::span<const T> x, std::span<T> y) {
      const T m = maximum(x);
      exp_of_difference<T>(x, m + log1p_of_rest(x, m), y);
    })};

}  // namespace
}  // namespace maxtrick::variants
