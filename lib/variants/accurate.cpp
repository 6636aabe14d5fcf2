// Softmax, log-softmax and log-sum-exp in float32, each result within 1 ULP: the specification of
// the vector kernels, which must give the same bits. No libm; std::fma where the text says so and
// nowhere else; every reduction in one fixed order. A definition depends on the row alone.
//
// Where others lose digits, and what is done about it (u = 2^-24; an ULP is u to 2 u of a result):
//   x - max is rounded before exp, and exp multiplies that by max - x: 65 ULP at a gap of 80. Here
//     x itself is reduced (exponential.hpp). Beyond |max| = 256 the reduction would lose digits,
//     but there x - max is exact for every x within 110 of it (Sterbenz's lemma).
//   e^x is rounded before the division: here it stays a pair t (1 + p), |p| <= 0.0443, to the end.
//   The sum: 16 compensated lanes (sum.hpp).
//
// softmax: y = t (1 + p) K, K = 1/S in double, split into kh + kl.
//   w = fma(kh, p, kl), y = fma(t, kh, t w): w and t w are below 0.0443 of what they are added to,
//   so the roundings are 2^-28.5 each. Error in u, all at their worst and of one sign: the
//   exponential 0.12, S 0.12 + 0.13, w and t w 0.09, and the last rounding 0.5: at most 0.96 ULP.
//   In rows of more than a hundred thousand classes, most of them 14 to 17 below the largest, the
//   sum may add 0.1 (sum.hpp), and no more than 1.1 ULP is proven; 0.2 u for the whole sum is the
//   worst found. K is carried with a factor 2^64, so that y is rounded to 24 bits first and, where
//   it is subnormal, once more when the factor is taken off: 0.48 + 0.5 units of 2^-149 at most.
//
// log-softmax: y = x - M, M = m + L, m the largest logit, L = log1p(q), q = sum over the others of
//   e^(x - m). One of the largest logits is left out, so that a small q keeps its digits; where c
//   share the maximum, q = c - 1 + the sum over those below it. That sum is taken relative to the
//   second largest, m2: else it would lose its compensation where all others are far below.
//   Relative error of q: 0.12 + 0.12 + 0.13 = 0.37 u, of L no more.
//   M = M1 + M2 in two floats. For x = m, y = -L. Else s = x - M1 with its rounding error e by
//   TwoSum, y = s + (e - M2): |x - m| is half an ULP of m at least, from which |M2| <= |y| / 2, so
//   that the rounding of M2 is at most 0.25 ULP of y: 0.5 + 0.25 + 0.19 (L, where it is half of y
//   at most beside such an M2, else 0.37) < 1 ULP, but for very long rows as above.
//
// log-sum-exp: y = m + L in double, rounded once: 0.5 ULP + 0.37 u L / |y|. Where |y| < 0.8 L they
//   cancel: there y = log1p(sum e^x - 1), with the sum as a pair of doubles (double_double.hpp).
//   That is right until what cancels does so to 2^-79: below |y| = 2^-70 an ULP of 2^-70 is
//   claimed. No kernel has to follow here: a loss is m - x + L, where nothing cancels.
//
// Special values as in numerics/oracle.hpp.
#include <algorithm>
#include <limits>

#include "numerics/registry.hpp"
#include "variants/accurate/double_double.hpp"
#include "variants/accurate/exponential.hpp"
#include "variants/accurate/logarithm.hpp"
#include "variants/accurate/sum.hpp"

namespace maxtrick::variants {
namespace {

using namespace accurate;
using numerics::Op;
using numerics::Register;
using numerics::Rows;
using numerics::Variant;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

// The two largest logits, the second as large as the first where two share the maximum (-inf for
// one class), and how many share it. `first` is NaN where a logit is.
struct Largest {
  float first = -infinity;
  float second = -infinity;
  double count = 0;
};

Largest largest(std::span<const float> x) {
  Largest top;
  for (const float xi : x) {
    if (std::isnan(xi)) return {nan, nan, 0};
    top.second = std::max(top.second, std::min(top.first, xi));
    top.first = std::max(top.first, xi);
  }
  for (const float xi : x) top.count += xi == top.first ? 1 : 0;
  return top;
}

// What is taken from each logit before its reduction: 0 where that can do without.
float origin(float m) { return std::fabs(m) > 256 ? m : 0; }

void softmax(std::span<const float> x, std::span<float> y) {
  const float m = largest(x).first;
  if (!std::isfinite(m)) {
    std::fill(y.begin(), y.end(), nan);
    return;
  }
  const float c = origin(m);
  const Exponentials exponentials(m - c);
  const auto exponential = [&](float xi) { return exponentials(xi - c); };
  const double k = 0x1p64 / sum(x, exponential);
  const auto kh = static_cast<float>(k), kl = static_cast<float>(k - static_cast<double>(kh));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Exponential e = exponential(x[i]);
    y[i] = std::fma(e.t, kh, e.t * std::fma(kh, e.p, kl)) * 0x1p-64F;
  }
}

// L = log1p(q): what log-sum-exp is above the largest logit. For a finite maximum.
double log_sum_above_maximum(std::span<const float> x, const Largest& top) {
  const double ties = top.count - 1;
  // e^-150 is nothing even a million times, beside 0 as beside 1.
  if (!(top.first - top.second <= 150)) return log1p(ties);
  const float c = origin(top.first), m = top.first - c, m2 = top.second - c;
  const Exponentials exponentials(m2);
  const double below =
      sum(x, [&](float xi) { return xi == top.first ? Exponential{} : exponentials(xi - c); });
  const Exponentials relative_to_m(m);
  const double ratio = below / value(relative_to_m(m));
  return log1p(ties + std::ldexp(ratio, exponentials.scale() - relative_to_m.scale()));
}

void log_softmax(std::span<const float> x, std::span<float> y) {
  const Largest top = largest(x);
  const float m = top.first;
  if (!std::isfinite(m)) {
    std::fill(y.begin(), y.end(), nan);
    return;
  }
  const double l = log_sum_above_maximum(x, top);
  const auto m1 = static_cast<float>(static_cast<double>(m) + l);
  const auto m2 = static_cast<float>(l - (static_cast<double>(m1) - static_cast<double>(m)));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float s = x[i] - m1;
    if (x[i] == m) {
      y[i] = 0 - static_cast<float>(l);
    } else if (std::isinf(s)) {
      y[i] = s;
    } else {
      const float b = s - x[i], e = (x[i] - (s - b)) + (-m1 - b);
      y[i] = s + (e - m2);
    }
  }
}

void log_sum_exp(std::span<const float> x, std::span<float> y) {
  const Largest top = largest(x);
  y[0] = top.first;
  if (!std::isfinite(top.first)) return;
  const double l = log_sum_above_maximum(x, top);
  double sum = static_cast<double>(top.first) + l;
  if (std::fabs(sum) < 0.8 * l) sum = log1p(sum_of_exponentials_minus_1(x, top.first));
  y[0] = static_cast<float>(sum);
}

// Of log-sum-exp where the logits cancel.
constexpr double least_log_sum_exp = 0x1p-70;

// The claim of 1 ULP, norm-wise: at most 2 u of the largest |y|; the least normal number's ULP
// below.
std::optional<double> bound(Op op, const numerics::RowFacts& row) {
  if (op != Op::log_sum_exp && row.classes == 1) return 0;
  if (op == Op::log_softmax && row.max - row.min > row.largest / 2) return std::nullopt;
  const double norm = row.norm(op);
  if (op == Op::log_sum_exp && norm < least_log_sum_exp) return std::nullopt;
  return 2 * std::max(1.0, row.least_normal / norm);
}

Variant entry(Op op, void (*row)(std::span<const float>, std::span<float>), numerics::Claim claim) {
  return {.op = op,
          .algorithm = "accurate",
          .isa = "scalar",
          .summary = "within 1 ULP: pairs of floats, compensated sums, no libm",
          .source = "Tang 1989; Dekker 1971; lib/variants/accurate.cpp",
          .float32_claim = std::move(claim),
          .bound = [op](const numerics::RowFacts& facts) { return bound(op, facts); },
          .float32 =
              [row](Rows<const float> logits, Rows<float> result) {
                for (std::size_t i = 0; i < logits.rows; ++i) row(logits.row(i), result.row(i));
              }};
}

// Found by random search and climbing; the first is a subnormal probability, of normal ones 0.73
// ULP is the worst known.
const Register registered_softmax{entry(Op::softmax, softmax,
                                        {.max_ulp = 1,
                                         .max_abs_logit = 200,
                                         .max_classes = 200,
                                         .witness = {-91.5433426, -4.19722843},
                                         .witness_ulp = 0.8520})};
const Register registered_log_softmax{
    entry(Op::log_softmax, log_softmax,
          {.max_ulp = 1,
           .max_abs_logit = 200,
           .max_classes = 200,
           .witness = {33.2292442, 2.03337669, -22.9777298, -40.2828712, -19.3967285, -13.4223032,
                       -20.5565014},
           .witness_ulp = 0.7208})};
const Register registered_log_sum_exp{entry(Op::log_sum_exp, log_sum_exp,
                                            {.max_ulp = 1,
                                             .max_abs_logit = 200,
                                             .max_classes = 200,
                                             .witness = {-0.742754042, 0.0197706595},
                                             .witness_ulp = 0.5963})};

}  // namespace
}  // namespace maxtrick::variants
