// The formulas as they are first written down: exp of the logits as they come.
//
// exp overflows above 88.72 in float32 and 709.78 in float64, and the sum a little earlier; it
// gives 0 below -103.97 and -745.13, and then the sum can be 0. In between (P. Blanchard, D. J.
// Higham and N. J. Higham, "Accurately computing the log-sum-exp and softmax functions", IMA J.
// Numer. Anal. 41(4), 2021, u the unit roundoff, n classes, first order):
//   softmax      relative error at most (n + 3) u
//   log-softmax  absolute error at most (n + 3) u from the quotient, and u |y| from log
//   log-sum-exp  absolute error at most (n + 1) u from the sum, and u |y| from log
// (a claim with floor 1 counts them in ULPs of 2 u at least).
#include "variants/scalar.hpp"

namespace maxtrick::variants {
namespace {

template <class T>
void softmax_row(std::span<const T> x, std::span<T> y) {
  T sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += y[i] = exp(x[i]);
  for (T& yi : y) yi /= sum;
}

const Register softmax{scalar(
    {.op = Op::softmax,
     .algorithm = "naive",
     .isa = {},
     .summary = "exp(x) / sum exp(x)",
     .source = "course lab; slides (S4)",
     .nature = Nature::unguarded,
     .float32_claim = {.max_ulp = 104,
                       .witness = {4.89024, -4.126684, -4.8491044, -5.286727, -6.0246, -4.86283,
                                   -5.1488686},
                       .witness_ulp = 8.0},
     .float64_claim = {.max_ulp = 104,
                       .witness = {-19.409230735214955, 17.332024067733833, -19.40845607282163,
                                   -19.408745109781687, -19.40981774409535, -19.409229096874597,
                                   -19.40835962024515, -19.40918919135178, -19.40839385500429,
                                   -19.409404276778186, -19.408745006042597, -19.409477284062397},
                       .witness_ulp = 12.8}},
    []<class T>(std::span<const T> x, std::span<T> y) { softmax_row<T>(x, y); })};

const Register log_softmax{
    scalar({.op = Op::log_softmax,
            .algorithm = "log_of_naive",
            .isa = {},
            .summary = "log(exp(x) / sum exp(x))",
            .source = "the loss on probabilities, keras#7563",
            .nature = Nature::unguarded,
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
                              .witness_ulp = 3.4}},
           []<class T>(std::span<const T> x, std::span<T> y) {
             softmax_row<T>(x, y);
             for (T& yi : y) yi = log(yi);
           })};

const Register log_sum_exp{
    scalar({.op = Op::log_sum_exp,
            .algorithm = "naive",
            .isa = {},
            .summary = "log(sum exp(x))",
            .source = "Blanchard, Higham & Higham 2021",
            .nature = Nature::unguarded,
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
                              .witness_ulp = 2.9}},
           []<class T>(std::span<const T> x, std::span<T> y) {
             T sum = 0;
             for (const T xi : x) sum += exp(xi);
             y[0] = log(sum);
           })};

}  // namespace
}  // namespace maxtrick::variants
