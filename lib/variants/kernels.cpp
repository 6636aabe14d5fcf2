// The kernels of lib/kernels as variants: `fast` and `accurate`, of every instruction set. What
// they claim, with the worst rows known; the proofs stand in the kernels' files.
#include "kernels/kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "numerics/registry.hpp"
#include "variants/sum_minus_1.hpp"

namespace maxtrick::variants {
namespace {

using kernels::Algorithm;
using kernels::Method;
using numerics::Op;
using numerics::Rows;
using numerics::Variant;

// log-sum-exp: y = m + L in double, rounded once: 0.5 ULP + 0.37 u L / |y| of `accurate`. Where |y|
// < 0.8 L they cancel: there y = log1p(sum e^x - 1), with the sum as a pair of doubles. That is
// right until what cancels does so to 2^-79: below |y| = 2^-70 an ULP of 2^-70 is claimed. No
// kernel does this: a loss is m - x + L, in which nothing cancels.
float log_sum_exp(std::span<const float> x, float m, double above) {
  if (std::isnan(above)) {
    const bool nan = std::any_of(x.begin(), x.end(), [](float xi) { return std::isnan(xi); });
    return nan ? std::numeric_limits<float>::quiet_NaN() : *std::max_element(x.begin(), x.end());
  }
  const double y = static_cast<double>(m) + above;
  return static_cast<float>(std::fabs(y) < 0.8 * above ? log_of_sum_near_1(x, m) : y);
}

void log_sum_exp(Method method, Rows<const float> x, Rows<float> y) {
  std::vector<float> largest(x.rows);
  std::vector<double> above(x.rows);
  kernels::log_sum(method, x, largest, above);
  for (std::size_t r = 0; r < x.rows; ++r)
    y.row(r)[0] = log_sum_exp(x.row(r), largest[r], above[r]);
}
constexpr double least_log_sum_exp = 0x1p-70;

void run(Op op, Method method, Rows<const float> x, Rows<float> y) {
  switch (op) {
    case Op::softmax: return kernels::softmax(method, x, y);
    case Op::log_softmax: return kernels::log_softmax(method, x, y);
    case Op::log_sum_exp: return log_sum_exp(method, x, y);
  }
}

// The claim of so many ULP, norm-wise: at most twice as many u of the largest |y|; the least normal
// number's ULP below.
std::optional<double> bound(Op op, double ulp, const numerics::RowFacts& row) {
  if (row.classes == 1 && (op == Op::log_softmax || (op == Op::softmax && ulp == 1))) return 0;
  if (op == Op::log_softmax && row.max - row.min > row.largest / 2) return std::nullopt;
  const double norm = row.norm(op);
  if (op == Op::log_sum_exp && norm < least_log_sum_exp) return std::nullopt;
  return 2 * ulp * std::max(1.0, row.least_normal / norm);
}

struct Claimed {
  Op op;
  Algorithm algorithm;
  std::vector<double> witness;  // found by random search and climbing
  double witness_ulp;
};

// The first witness is a subnormal probability; of normal ones 0.73 ULP is the worst known.
const Claimed all_claimed[] = {
    {Op::softmax, Algorithm::accurate, {-91.5433426, -4.19722843}, 0.8520},
    {Op::log_softmax,
     Algorithm::accurate,
     {33.2292442, 2.03337669, -22.9777298, -40.2828712, -19.3967285, -13.4223032, -20.5565014},
     0.7208},
    {Op::log_sum_exp, Algorithm::accurate, {-0.742754042, 0.0197706595}, 0.5963},
    {Op::softmax,
     Algorithm::fast,
     {-14.0872078, 5.71153164, 5.26165771, 4.51240969, 11.6607733, 0.777769923, 1.09565997,
      -5.26904488},
     4.0652},
    {Op::log_softmax, Algorithm::fast, {10.7832451, -4.91817093, -10.048069, 6.62976694}, 3.4351}};

Variant entry(const Claimed& claimed, kernels::Isa isa) {
  const bool accurate = claimed.algorithm == Algorithm::accurate;
  const Method method{.algorithm = claimed.algorithm, .isa = isa};
  const double ulp = kernels::max_ulp(claimed.algorithm);
  return {.op = claimed.op,
          .algorithm = std::string(name(claimed.algorithm)),
          .isa = std::string(name(isa)),
          .summary = accurate ? "within 1 ULP: pairs of floats, compensated sums, no libm"
                              : "within 6 ULP: the same reduction, exponentials rounded to float",
          .source = accurate ? "Tang 1989; Dekker 1971; lib/kernels" : "Tang 1989; lib/kernels",
          .float32_claim = {.max_ulp = ulp,
                            .max_abs_logit = 200,
                            .max_classes = 200,
                            .witness = claimed.witness,
                            .witness_ulp = claimed.witness_ulp},
          .bound = [op = claimed.op,
                    ulp](const numerics::RowFacts& row) { return bound(op, ulp, row); },
          .float32 = [op = claimed.op, method](Rows<const float> x,
                                               Rows<float> y) { run(op, method, x, y); },
          .unavailable = std::string(why_unavailable(isa))};
}

const bool registered = [] {
  for (const Claimed& claimed : all_claimed)
    for (const kernels::Isa isa : kernels::all_isas) numerics::Register{entry(claimed, isa)};
  return true;
}();

}  // namespace
}  // namespace maxtrick::variants
