// Log-softmax and log-sum-exp from shifted sums, in the forms that libraries use.
//
// Let m = max x, k the index of m, S = sum e^(x_j - m) >= 1, R the same sum over j != k, and y the
// log-sum-exp. The forms of log-softmax are:
//   x_minus_lse, x - (m + log S): rounding m + log S causes an absolute error of u |y|. No digit of
//     log S is left once |m| > 1/u (pytorch#11752: [1e8, 1e8] gives 0).
//   shifted, (x - m) - log S: x - m is small and nearly exact. But log S is 0 once R < u, and so is
//     the log-probability of the maximum (pytorch#113708).
//   shifted_log1p, (x - m) - log1p(R): both terms have the same sign, so nothing cancels, and
//     log1p(R) keeps the relative accuracy of R down to the subnormals.
// Log-sum-exp is computed likewise, as m + log S and as m + log1p(R) (scipy#18295). Its relative
// error has no bound where m and log S cancel.
//
// The errors, in units of u and to first order; n classes, W = m - xmin,
// Y = W + log S = max |x_i - y|, f as in roundings.hpp:
// 1. The roundings of the arguments x_j - m contribute D = sum p_j (m - x_j) to the relative error
//    of the sum. D <= log(n/S) (max_trick.cpp), and also D <= W R/S.
// 2. log S has an error of E = n - 1 + D + f R/S from the sum, and f log S from log.
// 3. log1p(R) has an error of E = D + (n - 2 + f) R/S from the sum, since an error of R is divided
//    by S, and f log S from log1p.
// 4. Underflow adds (n - 1) (f + 1) l / S to E, and f l to log1p.
// 5. So the relative error is at most, in units of u,
//      log-sum-exp      (E + f log S + |y|) / |y|, where |y| comes from the addition
//      x_minus_lse      (E + f log S + |y| + Y) / Y
//      the other two    (E + f log S + W + Y) / Y, where W comes from rounding x - m
// A claim with floor 1 counts in units of at least 2 u.
//
// Blanchard, Higham & Higham 2021 print |y + n - xmin| / |y| for m + log1p(R). That is the error
// n + W + log S of the logarithm alone: it lacks the rounding u |y| of the addition. For
// [1000, 1000] their bound is 0.0027, although this rounding alone may be off by 1. Their W in
// place of D overestimates the error.
//
// Infinities are not guarded: -inf - -inf is NaN in a row in which all logits are -inf, and so is
// +inf - +inf where +inf is summed. log1p(R) leaves one +inf out of the sum, so that log-sum-exp is
// right for such a row.
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "variants/roundings.hpp"
#include "variants/scalar.hpp"

namespace maxtrick::variants {
namespace {

template <class T>
T shifted_sum(std::span<const T> x, T m) {
  T sum = 0;
  for (const T xi : x) sum += exp(xi - m);
  return sum;
}

// `of_log` is the member of Roundings that returns the error of log S or of log1p(R).
template <double (Roundings::*of_log)() const>
std::optional<double> log_softmax_bound(const ops::RowFacts& row) {
  const Roundings r(row);
  if (r.n == 1) return 0;  // x - x and log 1 are exact
  if (!r.differences_are_finite()) return std::nullopt;
  return if_finite(1 + ((r.*of_log)() + r.W) * (1 + r.u) / r.Y);
}

template <double (Roundings::*of_log)() const>
std::optional<double> log_sum_exp_bound(const ops::RowFacts& row) {
  const Roundings r(row);
  if (std::abs(r.y) > r.largest / 2) return std::nullopt;
  return if_finite((r.*of_log)() * (1 + r.u) / r.abs_y + 1);
}

std::optional<double> x_minus_lse_bound(const ops::RowFacts& row) {
  const Roundings r(row);
  if (r.n == 1) return 0;
  if (!r.differences_are_finite()) return std::nullopt;
  const double lse = r.log_of_sum() * (1 + r.u) + std::abs(r.y);
  return if_finite(1 + lse * (1 + r.u) / r.Y);
}

const ops::Register x_minus_lse{scalar(
    {.op = ops::log_softmax,
     .algorithm = "x_minus_lse",
     .summary = "x - (max + log sum exp(x - max))",
     .source = "pytorch#11752; mlx PR#4169",
     .float32_claim = {.max_ulp = 6,
                       .floor = 32,
                       .witness = {-37.445618, 18.640013, -23.083471, 17.182295, 27.394878,
                                   11.844572, 37.267876, 20.632343},
                       .witness_ulp = 1.0},
     .float64_claim = {.max_ulp = 6,
                       .floor = 32,
                       .witness = {37.364368914793424, 13.537741313253486, 30.968254145518014,
                                   -32.07559675054891, -32.12216884129617, 3.3371199539508796,
                                   -26.633369290182163, 7.900732403636339, -31.47914359220695,
                                   -32.29458118892203, -32.183486485620186, -32.13287445063322},
                       .witness_ulp = 1.1},
     .bound = x_minus_lse_bound},
    []<class T>(std::span<const T> x, std::span<T> y) {
      const T m = maximum(x);
      const T lse = m + log(shifted_sum(x, m));
      for (std::size_t i = 0; i < x.size(); ++i) y[i] = x[i] - lse;
    })};

const ops::Register log_softmax_shifted{scalar(
    {.op = ops::log_softmax,
     .algorithm = "shifted",
     .summary = "(x - max) - log sum exp(x - max)",
     .source = "slides (S10); what PyTorch computes",
     .float32_claim = {.max_ulp = 95,
                       .floor = 1,
                       .witness = {7.967004, -40, 7.967004, -7.9750752, -7.9745016, -7.9705267,
                                   -7.9740405, -7.9752026, -7.975091, -7.9752717},
                       .witness_ulp = 3.5},
     .float64_claim = {.max_ulp = 95,
                       .floor = 1,
                       .witness = {7, 2.590791532394822, -0.5917500967103179, 1.692804010197721,
                                   1.4276553677363577, -6.7501555559197834, -7.468084319942858,
                                   2.513728724212792, -1.4432505205478376, 0.6641295739315933,
                                   0.7986086201800551},
                       .witness_ulp = 4.8},
     .bound = log_softmax_bound<&Roundings::log_of_sum>},
    []<class T>(std::span<const T> x, std::span<T> y) {
      const T m = maximum(x);
      const T log_sum = log(shifted_sum(x, m));
      for (std::size_t i = 0; i < x.size(); ++i) y[i] = (x[i] - m) - log_sum;
    })};

const ops::Register log_softmax_shifted_log1p{
    scalar({.op = ops::log_softmax,
            .algorithm = "shifted_log1p",
            .summary = "(x - max) - log1p(sum over the others of exp(x - max))",
            .source = "pytorch#113708; Blanchard, Higham & Higham 2021",
            .float32_claim = {.max_ulp = 185,
                              .witness = {30.205864, -34.96404, -39.26569},
                              .witness_ulp = 64.7},
            .float64_claim = {.max_ulp = 185,
                              .witness = {-32.25577375788648, 39.13903805684137},
                              .witness_ulp = 64.3},
            .bound = log_softmax_bound<&Roundings::log1p_of_rest>},
           []<class T>(std::span<const T> x, std::span<T> y) {
             const T m = maximum(x);
             const T log_sum = log1p_of_rest(x, m);
             for (std::size_t i = 0; i < x.size(); ++i) y[i] = (x[i] - m) - log_sum;
           })};

const ops::Register log_sum_exp_shifted{
    scalar({.op = ops::log_sum_exp,
            .algorithm = "shifted",
            .summary = "max + log sum exp(x - max)",
            .source = "Blanchard, Higham & Higham 2021",
            .float32_claim = {.max_ulp = 95,
                              .floor = 1,
                              .witness = {0.34336329, 0.5457471, 0.37271225, 0.050311167},
                              .witness_ulp = 1.8},
            .float64_claim = {.max_ulp = 95,
                              .floor = 1,
                              .witness = {5e-324, -1.0000000000000002, -0.0804990539867917,
                                          -0.23948157488829047, 5e-324, -1.220425351020062, -1,
                                          -0.9836023430982055, -1, -1.328233296098465},
                              .witness_ulp = 2.9},
            .bound = log_sum_exp_bound<&Roundings::log_of_sum>},
           []<class T>(std::span<const T> x, std::span<T> y) {
             const T m = maximum(x);
             y[0] = m + log(shifted_sum(x, m));
           })};

const ops::Register log_sum_exp_shifted_log1p{scalar(
    {.op = ops::log_sum_exp,
     .algorithm = "shifted_log1p",
     .summary = "max + log1p(sum over the others of exp(x - max))",
     .source = "Blanchard, Higham & Higham 2021; scipy#18295",
     .float32_claim = {.max_ulp = 95,
                       .floor = 1,
                       .witness = {-1.0657607, -0.75570357, -0.49145854, 0.09735928, 0.14712742,
                                   0.7607576},
                       .witness_ulp = 2.1},
     .float64_claim = {.max_ulp = 95,
                       .floor = 1,
                       .witness = {-0.5481042020284704, -0.7466409681401064, -0.5471643093770571,
                                   -0.5441661904239986, -0.5465221587200847, -0.8361084784168246,
                                   -0.6034469688012242, -0.5460523610867762, -0.546128223504626,
                                   -0.5472350013380101, -0.5481554119952181},
                       .witness_ulp = 3.3},
     .bound = log_sum_exp_bound<&Roundings::log1p_of_rest>},
    []<class T>(std::span<const T> x, std::span<T> y) {
      const T m = maximum(x);
      y[0] = m + log1p_of_rest(x, m);
    })};

}  // namespace
}  // namespace maxtrick::variants
