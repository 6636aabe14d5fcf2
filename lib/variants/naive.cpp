// The textbook formulas: exp of the logits without a shift.
//
// exp overflows above 88.72 in float32 and 709.78 in float64; the sum overflows a little earlier.
// exp is 0 below -103.97 and -745.13, and then the sum can be 0. Between these limits, to first
// order, with f as in roundings.hpp, or f = 1 where exp and log are correctly rounded:
//   softmax      relative error at most (n + 2 f) u: two exponentials, n - 1 additions, a division
//   log-softmax  absolute error at most (n + 2 f) u from the quotient, and f u |y| from log
//   log-sum-exp  absolute error at most (n - 1 + f) u from the sum, and f u |y| from log
// A claim with floor 1 counts the absolute errors in ULPs of at least 2 u.
//
// P. Blanchard, D. J. Higham and N. J. Higham, "Accurately computing the log-sum-exp and softmax
// functions", IMA J. Numer. Anal. 41(4), 2021, give (n + 3) u and (1 + (n + 1) / |y|) u: they also
// count the addition to 0, which is exact. They leave out underflow. With l the smallest normal
// number, it adds f u l to an exponential and u l to a quotient. Norm-wise, in units of u and with
// m the maximum, these add f l e^-m and l e^(y - m), and the sum gains n f l e^-y roundings.
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/softmax.hpp"
#include "variants/roundings.hpp"
#include "variants/scalar.hpp"

namespace maxtrick::variants {
namespace {

template <class T>
void softmax_row(std::span<const T> x, std::span<T> y) {
  T sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += y[i] = exp(x[i]);
  for (T& yi : y) yi /= sum;
}

std::optional<double> softmax_bound(const ops::RowFacts& row) {
  const Roundings r(row);
  const double k = r.plain_sum() + r.f + 1;
  if (!r.plain_sum_is_finite(k)) return std::nullopt;
  return if_finite(r.g(k) + r.f * r.l * std::exp(-r.m) * r.growth(k) + r.l * std::exp(r.y - r.m));
}

std::optional<double> log_softmax_bound(const ops::RowFacts& row) {
  const Roundings r(row);
  const double k = r.plain_sum() + r.f + 1;
  if (!r.plain_sum_is_finite(k) || row.min < std::log(2 * r.l) || !r.probabilities_are_normal(k))
    return std::nullopt;
  if (r.n == 1) return 0;  // e / e and log 1 are exact
  return if_finite(r.f + r.g(k) * (1 + r.f * r.u) / r.Y);
}

std::optional<double> log_sum_exp_bound(const ops::RowFacts& row) {
  const Roundings r(row);
  const double k = r.plain_sum();
  if (!r.plain_sum_is_finite(k)) return std::nullopt;
  return if_finite(r.g(k) * (1 + r.f * r.u) / r.abs_y + r.f);
}

const ops::Register softmax{scalar(
    {.op = ops::softmax,
     .algorithm = "naive",
     .summary = "exp(x) / sum exp(x)",
     .source = "course lab; slides (S4)",
     .nature = ops::Nature::unguarded,
     .float32_claim = {.max_ulp = 104,
                       .witness = {4.89024, -4.126684, -4.8491044, -5.286727, -6.0246, -4.86283,
                                   -5.1488686},
                       .witness_ulp = 8.0},
     .float64_claim = {.max_ulp = 104,
                       .witness = {-19.409230735214955, 17.332024067733833, -19.40845607282163,
                                   -19.408745109781687, -19.40981774409535, -19.409229096874597,
                                   -19.40835962024515, -19.40918919135178, -19.40839385500429,
                                   -19.409404276778186, -19.408745006042597, -19.409477284062397},
                       .witness_ulp = 12.8},
     .bound = softmax_bound},
    []<class T>(std::span<const T> x, std::span<T> y) { softmax_row<T>(x, y); })};

const ops::Register log_softmax{
    scalar({.op = ops::log_softmax,
            .algorithm = "log_of_naive",
            .summary = "log(exp(x) / sum exp(x))",
            .source = "the loss on probabilities, keras#7563",
            .nature = ops::Nature::unguarded,
            .float32_claim = {.max_ulp = 53,
                              .floor = 1,
                              .witness = {4.8535285, -4.563128, -4.995657, -5.3553967, -5.1594367,
                                          -4.995657, -5.1890883},
                              .witness_ulp = 3.2},
            .float64_claim = {.max_ulp = 53,
                              .floor = 1,
                              .witness = {0, -1.0000000000000002, -0.40683622167956585,
                                          0.07155361367215311, 0.3492180875116673, -1, -1,
                                          -0.9573342995214126, -1, -1.1892827979702525},
                              .witness_ulp = 3.4},
            .bound = log_softmax_bound},
           []<class T>(std::span<const T> x, std::span<T> y) {
             softmax_row<T>(x, y);
             for (T& yi : y) yi = log(yi);
           })};

const ops::Register log_sum_exp{
    scalar({.op = ops::log_sum_exp,
            .algorithm = "naive",
            .summary = "log(sum exp(x))",
            .source = "Blanchard, Higham & Higham 2021",
            .nature = ops::Nature::unguarded,
            .float32_claim = {.max_ulp = 52,
                              .floor = 1,
                              .witness = {-0.30567604, -0.47563025, 0.122818716, -0.48250774,
                                          -0.04731053, -0.40732563, -1.0118215},
                              .witness_ulp = 2.3},
            .float64_claim = {.max_ulp = 52,
                              .floor = 1,
                              .witness = {5e-324, -1.0000000000000002, -0.0804990539867917,
                                          -0.23948157488829047, 5e-324, -1.220425351020062, -1,
                                          -0.9836023430982055, -1, -1.328233296098465},
                              .witness_ulp = 2.9},
            .bound = log_sum_exp_bound},
           []<class T>(std::span<const T> x, std::span<T> y) {
             T sum = 0;
             for (const T xi : x) sum += exp(xi);
             y[0] = log(sum);
           })};

}  // namespace
}  // namespace maxtrick::variants
