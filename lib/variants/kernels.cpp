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
using kernels::BFloat16;
using kernels::Float16;
using kernels::Method;
using ops::Call;
using ops::Op;
using ops::Variant;

template <class T>
Method method_of(Method method, const Call<T>& call) {
  method.threads = call.threads;
  return method;
}

template <class T>
void log_sum_exp(Method method, const Call<T>& call) {
  std::vector<T> sums(call.logits.rows);
  kernels::log_sum_exp<T>(method_of(method, call), call.logits, sums);
  for (std::size_t r = 0; r < sums.size(); ++r) call.result.row(r)[0] = sums[r];
}

template <class T>
void softmax(Method method, const Call<T>& call) {
  kernels::softmax<T>(method_of(method, call), call.logits, call.result);
}

template <class T>
void log_softmax(Method method, const Call<T>& call) {
  kernels::log_softmax<T>(method_of(method, call), call.logits, call.result);
}

template <class T>
void cross_entropy(Method method, const Call<T>& call) {
  kernels::cross_entropy<T>(method_of(method, call), call.logits, call.targets.index, call.losses);
}

template <class T>
void cross_entropy_gradient(Method method, const Call<T>& call) {
  kernels::cross_entropy_gradient<T>(method_of(method, call), call.logits, call.targets.index,
                                     static_cast<double>(call.gradient_scale), call.losses,
                                     call.result);
}

template <class T>
using Run = void (*)(Method method, const Call<T>& call);
struct Runs {
  Run<float> float32;
  Run<double> float64;
  Run<Float16> float16;
  Run<BFloat16> bfloat16;
};
constexpr Runs of_log_sum_exp{log_sum_exp, log_sum_exp, log_sum_exp, log_sum_exp},
    of_softmax{softmax, softmax, softmax, softmax},
    of_log_softmax{log_softmax, log_softmax, log_softmax, log_softmax},
    of_cross_entropy{cross_entropy, cross_entropy, cross_entropy, cross_entropy},
    of_gradient{cross_entropy_gradient, cross_entropy_gradient, cross_entropy_gradient,
                cross_entropy_gradient};

// The norm-wise bound, in units of u, of a claim of `ulp` ULPs. One ULP of the largest |y| is at
// most 2 u |y|, so the bound is 2 `ulp`. Below the smallest normal number an ULP does not shrink
// further; the last factor accounts for that. Returns nothing for rows to which the claim does not
// apply.
std::optional<double> bound(Op op, double ulp, const ops::RowFacts& row) {
  if (row.classes == 1 && (op == ops::log_softmax || (op == ops::softmax && ulp <= 1))) return 0;
  if (op == ops::log_softmax && row.max - row.min > row.largest / 2) return std::nullopt;
  const double norm = op->norm(row);
  const double least =
      row.unit_roundoff < 0x1p-24 ? kernels::least_log_sum_exp_float64 : kernels::least_log_sum_exp;
  if (op == ops::log_sum_exp && ulp == 1 && norm < least) return std::nullopt;
  return 2 * ulp * std::max(1.0, row.least_normal / norm);
}

// The worst row known, found by random search and hill climbing, and its error.
struct Witness {
  std::vector<double> row;
  double ulp;
};

struct Claimed {
  Op op;
  Runs run;
  Algorithm algorithm;
  Witness witness;
  Witness float16 = {}, bfloat16 = {}, float64 = {};
};

// The row with further classes, 33 in all, whose probabilities are negligible. `fast` has a
// log-softmax of its own from 33 classes on.
std::vector<double> with_negligible(std::vector<double> row) {
  row.resize(33, -190);
  return row;
}

// The first witness has a subnormal probability. Among normal probabilities the worst error known
// is 0.784 ULP (results/worst.csv).
const Claimed all_claimed[] = {
    {ops::softmax,
     of_softmax,
     Algorithm::accurate,
     {{-91.5433426, -4.19722843}, 0.8520},
     {{-2.97265625, 0.463134765625, -7.1875, -2.033203125}, 0.500067661},
     {{3.640625, 4.5, 14.3125}, 0.500008183},
     {{115.70083366984586, 87.647656393063556, 88.38984975110256,  87.799566706268237,
       73.16119209349182,  87.946291023664401, 88.581526676547298, 87.500261212723558,
       86.726101348128395, 86.516487930439908, 88.568725577659791, 86.908404623318987,
       89.403851119869728, 87.925720886487937, 87.634190270921835, 88.110585984326136,
       88.24522409006164,  88.454847227190385, 85.460416639801821, 86.758258242188006},
      0.7665}},
    {ops::log_softmax,
     of_log_softmax,
     Algorithm::accurate,
     {{-19.638262, -7.5947967, -1.7520175, -21.426115, 57.932133, -3.2453237, -1.7520164,
       -20.915281, -14.938233, -14.863368, 5.8591266, -14.206953},
      0.7574},
     {{-15.5546875, -15.5625, -8.3046875}, 0.500067981},
     {{-16.125, 6.4375, -7.8125, -8.5625}, 0.500007629},
     {{-173.49424129591677, 335.26322548617168, -133.56080380376224, -173.49424129591677,
       -173.25099813972463},
      0.6810}},
    {ops::log_sum_exp,
     of_log_sum_exp,
     Algorithm::accurate,
     {{-0.041280765, -1.1611525, -7.8206973}, 0.6987},
     {{3.48828125, -10.53125, 3.00390625, 2.853515625}, 0.500061283},
     {{-9.25, -10.6875, -0.76953125, 2.109375}, 0.500007610},
     {{-41.42970525606415, -44.95314237677135, -44.0197242280685, -43.402875352027664,
       -43.48658515804604, -41.783822574436684, -42.20705669488625, -42.85837674696259,
       -41.324452665612924, -40.93154336339187, -0.019986192590792148, -0.476375879621514},
      0.6494}},
    // With so few classes `fast` is `accurate`, for softmax and the losses at all times.
    {ops::softmax, of_softmax, Algorithm::fast, {{-91.5433426, -4.19722843}, 0.8520}},
    {ops::log_softmax,
     of_log_softmax,
     Algorithm::fast,
     {with_negligible({10.7832451, -4.91817093, -10.048069, 6.62976694}), 3.4351}},
    // These claim an error for the loss and for each entry of the gradient, which the tests of
    // lib/kernels check. The target of a witness is class 0.
    {ops::cross_entropy,
     of_cross_entropy,
     Algorithm::accurate,
     {{29.502155, -6.5181556, -3.0998895, -3.2720406, -6.1597457, -3.2690904, 1.3849462, 13.559535,
       -3.0813231, -1.7537757, -1.704684, 3.0314286},
      0.7382},
     {},
     {},
     {{247.32060745650855, -255.99848723449901, -296.18129225502707}, 0.6894}},
    {ops::cross_entropy, of_cross_entropy, Algorithm::fast, {}},
    {ops::cross_entropy_gradient,
     of_gradient,
     Algorithm::accurate,
     {{-20.8348331, -105.747833, -108.198982, -119.41703, -112.006691}, 0.8389},
     {},
     {},
     {{-49.926308403089635, -58.130413528922247, 31.857592660847271, 3.1657505357998343,
       24.094261481408587, -66.83189668882072, -45.949804022301663, 33.381937237401011,
       -55.379566807640806, -41.471174589720725, 20.058835279901668, -43.231590271943162,
       37.563424015512261},
      0.6891}},
    {ops::cross_entropy_gradient, of_gradient, Algorithm::fast, {}},
    // The exact probability is 2^-50 ULP from a midpoint. In the second row, the log-probability of
    // class 1 lies beside a midpoint by e^-129.
    {ops::softmax, of_softmax, Algorithm::correct, {{0, 0x1p-23}, 0.5}},
    {ops::log_softmax, of_log_softmax, Algorithm::correct, {{130, 1.00000762939453125}, 0.5}},
    {ops::log_sum_exp, of_log_sum_exp, Algorithm::correct, {{-0.693147182, -0.693147182}, 0.3956}},
    {ops::cross_entropy, of_cross_entropy, Algorithm::correct, {{1.00000762939453125, 130}, 0.5}},
    {ops::cross_entropy_gradient, of_gradient, Algorithm::correct, {}}};

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

// Near 0, log-sum-exp by `fast` and `accurate` claims an absolute error (kernels.hpp), so it has no ULP
// bound that holds for every row.
bool is_absolute(const Claimed& of) {
  return of.op == ops::log_sum_exp && of.algorithm != Algorithm::correct;
}
constexpr double unlimited = std::numeric_limits<double>::infinity();

ops::Claim claim(const Claimed& of, double ulp, const Witness& witness) {
  return {.max_ulp = ops::takes_targets(of.op) ? unlimited : ulp,
          .floor = is_absolute(of) ? kernels::least_log_sum_exp : 0,
          .max_abs_logit = 200,
          .max_classes = 200,
          .witness = witness.row,
          .witness_ulp = witness.ulp};
}

template <class T>
ops::Compute<T> compute(Run<T> run, Method method) {
  return [run, method](const Call<T>& call) { run(method, call); };
}

Variant entry(const Claimed& claimed, kernels::Isa isa) {
  const Method method{.algorithm = claimed.algorithm, .isa = isa};
  const double ulp = kernels::max_ulp(claimed.algorithm);
  const Words words = words_of(claimed.algorithm);
  Variant made{.op = claimed.op,
               .algorithm = std::string(name(claimed.algorithm)),
               .isa = std::string(name(isa)),
               .summary = words.summary,
               .source = words.source,
               .uses = ops::Uses::nothing,
               .float32_claim = claim(claimed, ulp, claimed.witness),
               .claimed_ulp = is_absolute(claimed) ? unlimited : ulp,
               .bound = bound_of(claimed.op, claimed.algorithm),
               .float32 = compute(claimed.run.float32, method),
               .unavailable = std::string(why_unavailable(isa)),
               // Committed tables have no rows of NEON: no glob adds them where NEON does not run.
               .optional = isa == kernels::Isa::neon && !why_unavailable(isa).empty(),
               .takes_threads = true,
               .takes_class_strides = true};
  if (claimed.algorithm != Algorithm::accurate) return made;
  made.float16_claim = claim(claimed, kernels::accurate_max_ulp<Float16>, claimed.float16);
  made.bfloat16_claim = claim(claimed, kernels::accurate_max_ulp<BFloat16>, claimed.bfloat16);
  made.float64_claim = claim(claimed, kernels::accurate_max_ulp<double>, claimed.float64);
  // No result is subnormal there. A double does not hold the fraction of a subnormal ULP by which
  // another is off.
  made.float64_claim.max_abs_logit = 340;
  if (is_absolute(claimed)) made.float64_claim.floor = kernels::least_log_sum_exp_float64;
  made.float64 = compute(claimed.run.float64, method);
  made.float16 = compute(claimed.run.float16, method);
  made.bfloat16 = compute(claimed.run.bfloat16, method);
  made.small_in_float32 = true;
  return made;
}

const bool registered = [] {
  for (const Claimed& claimed : all_claimed)
    for (const kernels::Isa isa : kernels::all_isas) ops::Register{entry(claimed, isa)};
  return true;
}();

}  // namespace
}  // namespace maxtrick::variants
