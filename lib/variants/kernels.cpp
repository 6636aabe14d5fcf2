// Registers the kernels of lib/kernels as variants: `fast`, `accurate` and `correct`, for every
// instruction set. Each has the bound that it claims and the worst row known. The proofs are in the files of
// the kernels.
#include "kernels/kernels.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "kernels/instruction_sets.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"

namespace maxtrick::variants {
namespace {

using kernels::Algorithm;
using kernels::Method;
using ops::Call;
using ops::Op;
using ops::Variant;

Method method_of(Method method, const Call<float>& call) {
  method.threads = call.threads;
  return method;
}

void log_sum_exp(Method method, const Call<float>& call) {
  std::vector<float> sums(call.logits.rows);
  kernels::log_sum_exp(method_of(method, call), call.logits, sums);
  for (std::size_t r = 0; r < sums.size(); ++r) call.result.row(r)[0] = sums[r];
}

void softmax(Method method, const Call<float>& call) {
  kernels::softmax(method_of(method, call), call.logits, call.result);
}

void log_softmax(Method method, const Call<float>& call) {
  kernels::log_softmax(method_of(method, call), call.logits, call.result);
}

void cross_entropy(Method method, const Call<float>& call) {
  kernels::cross_entropy(method_of(method, call), call.logits, call.targets.index, call.losses);
}

void cross_entropy_gradient(Method method, const Call<float>& call) {
  kernels::cross_entropy_gradient(method_of(method, call), call.logits, call.targets.index,
                                  call.gradient_scale, call.losses, call.result);
}

// The norm-wise bound, in units of u, of a claim of `ulp` ULPs. One ULP of the largest |y| is at
// most 2 u |y|, so the bound is 2 `ulp`. Below the smallest normal number an ULP does not shrink
// further; the last factor accounts for that. Returns nothing for rows to which the claim does not
// apply.
std::optional<double> bound(Op op, double ulp, const ops::RowFacts& row) {
  if (row.classes == 1 && (op == ops::log_softmax || (op == ops::softmax && ulp <= 1))) return 0;
  if (op == ops::log_softmax && row.max - row.min > row.largest / 2) return std::nullopt;
  const double norm = op->norm(row);
  if (op == ops::log_sum_exp && ulp == 1 && norm < kernels::least_log_sum_exp) return std::nullopt;
  return 2 * ulp * std::max(1.0, row.least_normal / norm);
}

struct Claimed {
  Op op;
  void (*run)(Method method, const Call<float>& call);
  Algorithm algorithm;
  std::vector<double> witness;  // found by random search and hill climbing
  double witness_ulp;
};

// The row with further classes, 33 in all, whose probabilities are negligible. `fast` has a
// log-softmax of its own from 33 classes on.
std::vector<double> with_negligible(std::vector<double> row) {
  row.resize(33, -190);
  return row;
}

// The first witness has a subnormal probability. Among normal probabilities the worst error known
// is 0.73 ULP.
const Claimed all_claimed[] = {
    {ops::softmax, softmax, Algorithm::accurate, {-91.5433426, -4.19722843}, 0.8520},
    {ops::log_softmax,
     log_softmax,
     Algorithm::accurate,
     {33.2292442, 2.03337669, -22.9777298, -40.2828712, -19.3967285, -13.4223032, -20.5565014},
     0.7208},
    {ops::log_sum_exp,
     log_sum_exp,
     Algorithm::accurate,
     {-2.19785047, -3.58408499, -0.0170199331},
     0.6818},
    // With so few classes `fast` is `accurate`, for softmax and the losses at all times.
    {ops::softmax, softmax, Algorithm::fast, {-91.5433426, -4.19722843}, 0.8520},
    {ops::log_softmax, log_softmax, Algorithm::fast,
     with_negligible({10.7832451, -4.91817093, -10.048069, 6.62976694}), 3.4351},
    // These claim an error for the loss and for each entry of the gradient, which the tests of
    // lib/kernels check. The target of a witness is class 0.
    {ops::cross_entropy,
     cross_entropy,
     Algorithm::accurate,
     {-20.7553425, -29.1617756, -31.9289055},
     0.7192},
    {ops::cross_entropy, cross_entropy, Algorithm::fast, {}, 0},
    {ops::cross_entropy_gradient,
     cross_entropy_gradient,
     Algorithm::accurate,
     {-20.8348331, -105.747833, -108.198982, -119.41703, -112.006691},
     0.8389},
    {ops::cross_entropy_gradient, cross_entropy_gradient, Algorithm::fast, {}, 0},
    // The exact probability is 2^-50 ULP from a midpoint. In the second row, the log-probability of
    // class 1 lies beside a midpoint by e^-129.
    {ops::softmax, softmax, Algorithm::correct, {0, 0x1p-23}, 0.5},
    {ops::log_softmax, log_softmax, Algorithm::correct, {130, 1.00000762939453125}, 0.5},
    {ops::log_sum_exp, log_sum_exp, Algorithm::correct, {-0.693147182, -0.693147182}, 0.3956},
    {ops::cross_entropy, cross_entropy, Algorithm::correct, {1.00000762939453125, 130}, 0.5},
    {ops::cross_entropy_gradient, cross_entropy_gradient, Algorithm::correct, {}, 0}};

struct Words {
  const char *summary, *source;
};
Words words_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::fast:
      return {"within 6 ULP: the same reduction, with exponentials rounded to float",
              "Tang 1989; lib/kernels"};
    case Algorithm::accurate:
      return {"within 1 ULP: pairs of floats, compensated sums, no libm",
              "Tang 1989; Dekker 1971; lib/kernels"};
    case Algorithm::correct:
      return {"the nearest float: in double, and more digits where they are needed",
              "Ziv 1991; lib/kernels/correct"};
  }
  return {};
}

// The losses state no norm-wise bound. That of `fast` is the one of `accurate` wherever `fast` is
// `accurate`.
std::function<std::optional<double>(const ops::RowFacts&)> bound_of(Op op, Algorithm algorithm) {
  if (ops::takes_targets(op)) return {};
  const auto task = op == ops::softmax       ? kernels::task_softmax
                    : op == ops::log_softmax ? kernels::task_log_softmax
                                             : kernels::task_log_sum_exp;
  return [=](const ops::RowFacts& row) {
    const Algorithm used = kernels::algorithm_for(algorithm, task, row.classes + row.masked);
    return bound(op, kernels::max_ulp(used), row);
  };
}

// Near 0, log-sum-exp claims an absolute error (kernels.hpp), so it has no ULP bound that holds for
// every row.
constexpr double unlimited = std::numeric_limits<double>::infinity();

Variant entry(const Claimed& claimed, kernels::Isa isa) {
  const Method method{.algorithm = claimed.algorithm, .isa = isa};
  const double ulp = kernels::max_ulp(claimed.algorithm);
  const Words words = words_of(claimed.algorithm);
  // `fast` and `accurate` claim an absolute error of log-sum-exp near 0.
  const bool absolute = claimed.op == ops::log_sum_exp && claimed.algorithm != Algorithm::correct;
  return {.op = claimed.op,
          .algorithm = std::string(name(claimed.algorithm)),
          .isa = std::string(name(isa)),
          .summary = words.summary,
          .source = words.source,
          .uses = ops::Uses::nothing,
          .float32_claim = {.max_ulp = ops::takes_targets(claimed.op) ? unlimited : ulp,
                            .max_abs_logit = 200,
                            .max_classes = 200,
                            .witness = claimed.witness,
                            .witness_ulp = claimed.witness_ulp},
          .claimed_ulp = absolute ? unlimited : ulp,
          .bound = bound_of(claimed.op, claimed.algorithm),
          .float32 = [run = claimed.run, method](const Call<float>& call) { run(method, call); },
          .unavailable = std::string(why_unavailable(isa)),
          // Committed tables have no rows of NEON: no glob adds them where NEON does not run.
          .optional = isa == kernels::Isa::neon && !why_unavailable(isa).empty(),
          .takes_threads = true};
}

const bool registered = [] {
  for (const Claimed& claimed : all_claimed)
    for (const kernels::Isa isa : kernels::all_isas) ops::Register{entry(claimed, isa)};
  return true;
}();

}  // namespace
}  // namespace maxtrick::variants
