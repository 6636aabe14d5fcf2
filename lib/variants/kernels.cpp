// The kernels of lib/kernels as variants: `fast` and `accurate`, of every instruction set. What
// they claim, with the worst rows known; the proofs stand in the kernels' files.
#include "kernels/kernels.hpp"

#include <algorithm>
#include <vector>

#include "ops/registry.hpp"

namespace maxtrick::variants {
namespace {

using kernels::Algorithm;
using kernels::Method;
using numerics::Rows;
using ops::Op;
using ops::Variant;

void log_sum_exp(Method method, Rows<const float> x, Rows<float> y) {
  std::vector<float> sums(x.rows);
  kernels::log_sum_exp(method, x, sums);
  for (std::size_t r = 0; r < x.rows; ++r) y.row(r)[0] = sums[r];
}

void run(Op op, Method method, Rows<const float> x, Rows<float> y) {
  switch (op) {
    case Op::softmax: return kernels::softmax(method, x, y);
    case Op::log_softmax: return kernels::log_softmax(method, x, y);
    case Op::log_sum_exp: return log_sum_exp(method, x, y);
  }
}

// The claim of so many ULP, norm-wise: at most twice as many u of the largest |y|; the least normal
// number's ULP below.
std::optional<double> bound(Op op, double ulp, const ops::RowFacts& row) {
  if (row.classes == 1 && (op == Op::log_softmax || (op == Op::softmax && ulp == 1))) return 0;
  if (op == Op::log_softmax && row.max - row.min > row.largest / 2) return std::nullopt;
  const double norm = row.norm(op);
  if (op == Op::log_sum_exp && norm < kernels::least_log_sum_exp) return std::nullopt;
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
          .bound = [op = claimed.op, ulp](const ops::RowFacts& row) { return bound(op, ulp, row); },
          .float32 = [op = claimed.op, method](Rows<const float> x,
                                               Rows<float> y) { run(op, method, x, y); },
          .unavailable = std::string(why_unavailable(isa))};
}

const bool registered = [] {
  for (const Claimed& claimed : all_claimed)
    for (const kernels::Isa isa : kernels::all_isas) ops::Register{entry(claimed, isa)};
  return true;
}();

}  // namespace
}  // namespace maxtrick::variants
