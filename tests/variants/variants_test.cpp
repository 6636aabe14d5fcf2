// Every registered variant: its name, its claim, and the mathematical properties of softmax.
#include "ops/cross_entropy.hpp"
#include "ops/cross_entropy_gradient.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "oracle/outcome.hpp"
#include "oracle/solver.hpp"
#include "random_rows.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(variants_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using numerics::Random;
using ops::Nature;
using ops::Op;
using ops::Variant;

// The types for which a variant can have a claim.
using ClaimTypes = boost::mpl::list<float, double, numerics::Float16, numerics::BFloat16>;

template <class T>
constexpr ops::DType dtype_of =
    std::is_same_v<T, float> ? ops::DType::float32 : ops::DType::float64;

// Returns the variants of functions of the logits that can run here with T, and reports those that cannot.
template <class T>
std::vector<const Variant*> runnable() {
  std::vector<const Variant*> list;
  for (const Variant& variant : ops::variants()) {
    if (!variant.compute<T>() || !std::ranges::count(ops::ops_of_logits(), variant.op)) continue;
    if (variant.unavailable.empty())
      list.push_back(&variant);
    else
      BOOST_TEST_MESSAGE("skipped " << variant.name() << ": " << variant.unavailable);
  }
  return list;
}

template <class T>
std::vector<const Variant*> sound(Op op) {
  auto list = runnable<T>();
  std::erase_if(list, [&](const Variant* v) { return v->nature != Nature::sound || v->op != op; });
  return list;
}

// Calls `check` for every sound variant of the ops with 300 random rows.
template <class T, class Check>
void on_random_rows(std::initializer_list<Op> ops, Random random, double limit, Check check) {
  for (const Op op : ops)
    for (const Variant* variant : sound<T>(op))
      for (std::size_t i = 0; i < 300; ++i)
        check(*variant, random_row<T>(random, i, limit, 100), random);
}

// Returns the row shifted by some c, and c. Both are on a grid of 1/8, so that no addition of c rounds.
template <class T>
std::pair<std::vector<T>, T> moved(std::vector<T>& row, Random& random) {
  for (T& x : row) x = std::round(x * 8) / 8;
  const T c = static_cast<T>(random.below(33)) - 16;
  auto shifted = row;
  for (T& x : shifted) x += c;
  return {shifted, c};
}

// The largest difference between two results for the same exact value y.
template <class T>
double slack(const Variant& variant, double y) {
  return 2 * variant.claim<T>().max_ulp * claim_unit<T>(y, variant.claim<T>().floor);
}

const Variant& named(const char* name) {
  const Variant* variant = ops::find_variant(name);
  BOOST_REQUIRE(variant != nullptr);
  return *variant;
}

}  // namespace

// A linker that drops an object silently drops its variants. The registry may contain more variants than this
// list: a new variant is one file, and the list need not include it.
BOOST_AUTO_TEST_CASE(the_registry_has_lost_no_name) {
  std::vector<std::string> names;
  for (const Variant& variant : ops::variants()) names.push_back(variant.name());
  const auto expected = variant_names(
      {{"log_softmax",
        "accurate.* eigen fast.* log_of_max_trick.scalar log_of_naive.scalar onednn "
        "onnxruntime shifted.scalar shifted_log1p.scalar torch x_minus_lse.scalar x_minus_max.scalar"},
       {"log_sum_exp", "accurate.* naive.scalar shifted.scalar shifted_log1p.scalar"},
       {"softmax",
        "accurate.* eigen exp_of_log.scalar fast.* max_trick.scalar naive.scalar "
        "naive_exp_of_log.scalar onednn online.scalar onnxruntime sum_v1.scalar sum_v2.scalar torch "
        "xnnpack"}});
  for (const std::string& name : expected) BOOST_TEST(std::ranges::count(names, name) == 1, name);
}

// Committed tables have no rows of NEON. Where NEON does not run, a glob must not choose it: each run would be
// incomplete.
BOOST_AUTO_TEST_CASE(a_glob_chooses_neon_where_it_runs) {
  const Variant& neon = named("softmax.accurate.neon");
  BOOST_TEST(ops::chooses("softmax.accurate.*", neon) == neon.unavailable.empty());
  BOOST_TEST(ops::chooses("softmax.accurate.neon", neon));
}

BOOST_AUTO_TEST_CASE(losses_are_in_the_catalogue) {
  for (const char* name :
       {"cross_entropy.accurate.scalar", "cross_entropy.fast.avx512", "cross_entropy.onednn",
        "cross_entropy.shifted.scalar", "cross_entropy_gradient.accurate.avx2",
        "cross_entropy_gradient.onednn", "cross_entropy_gradient.shifted.scalar", "fused",
        "fused_lse", "fused_log1p", "bce", "bce_clip", "bce_fused",
        "log_of_softmax(softmax.naive.scalar)", "eps(softmax.accurate.scalar)",
        "clip(softmax.onednn)"})
    BOOST_TEST(ops::find_variant(name) != nullptr, name);
}

// The losses, and the gradients of variants that compute them, for rows in which no guard takes effect.
BOOST_AUTO_TEST_CASE_TEMPLATE(losses_are_the_oracles, T, FloatTypes) {
  Random random(11);
  std::size_t seen = 0;
  for (const Variant& variant : ops::variants()) {
    const bool is_loss =
        variant.op == ops::cross_entropy || variant.op == ops::cross_entropy_gradient;
    if (!is_loss || variant.one_column || variant.optional) continue;
    if (!variant.has(dtype_of<T>) || !variant.unavailable.empty()) continue;
    const Variant* softmax = ops::find_variant(variant.softmax);
    if (softmax && softmax->nature == Nature::approximation) continue;
    ++seen;
    const bool exact_formula = variant.formulation != "eps" && variant.formulation != "clip";
    const double allowed = exact_formula ? 300 * Limits<T>::epsilon() : 2e-5;
    for (int i = 0; i < 20; ++i) {
      const std::size_t n = 2 + random.below(40);
      std::vector<T> row(n), gradient(n);
      for (T& x : row) x = static_cast<T>(random.uniform(-3, 3));
      const auto target = static_cast<std::int32_t>(random.below(n));
      T loss = 0;
      const bool gives_gradient = variant.op != ops::cross_entropy || !variant.formulation.empty();
      ops::Call<T> call{.logits = numerics::one_row(std::span<const T>(row)),
                        .targets = {.index = {&target, 1}},
                        .losses = {&loss, 1},
                        .gradient_scale = T(0.5)};
      if (gives_gradient) call.result = numerics::one_row(std::span<T>(gradient));
      variant.template compute<T>()(call);
      const auto answer = oracle::answer<T>(
          ops::cross_entropy_gradient,
          {.logits = row, .target = static_cast<std::size_t>(target), .gradient_scale = 0.5});
      BOOST_TEST(std::abs(double{loss} - answer.loss->value()) <= 8 * allowed, variant.name());
      for (std::size_t k = 0; gives_gradient && k < n; ++k)
        BOOST_TEST(std::abs(double{gradient[k]} - answer.result[k].value()) <= allowed,
                   variant.name());
    }
  }
  BOOST_TEST(seen >= (std::is_same_v<T, float> ? 25U : 15U));  // 30 on a CPU without AVX
}

BOOST_AUTO_TEST_CASE(every_variant_says_what_it_is) {
  for (const Variant& variant : ops::variants()) {
    BOOST_TEST_CONTEXT(variant.name()) {
      BOOST_TEST(!variant.summary.empty());
      BOOST_TEST(!variant.source.empty());
      BOOST_TEST((variant.float32 || variant.float64));
      for (const auto* claim : {&variant.float32_claim, &variant.float64_claim,
                                &variant.float16_claim, &variant.bfloat16_claim})
        BOOST_TEST((std::isinf(claim->max_ulp) || !claim->witness.empty() ||
                    variant.op->factors.required));
    }
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(claims_hold_on_random_rows, T, ClaimTypes) {
  Random random(1);
  for (const Variant* variant : runnable<T>()) {
    const auto& claim = variant->template claim<T>();
    if (std::isinf(claim.max_ulp)) continue;
    for (std::size_t i = 0; i < 700; ++i) {
      const auto row = random_row<T>(random, i, claim.max_abs_logit, claim.max_classes);
      BOOST_TEST_REQUIRE(claim_error<T>(*variant, row) <= claim.max_ulp, variant->name()
                                                                             << " on row " << i);
    }
  }
}

// The error at the worst known row is as large as documented: if a variant improves, its claim must be
// updated. If the bits of a variant are promised, so are all digits that are given. With another libm or
// oneDNN, the last bits may differ in either direction.
BOOST_AUTO_TEST_CASE_TEMPLATE(witnesses_are_what_they_are_said_to_be, T, ClaimTypes) {
  for (const Variant* variant : runnable<T>()) {
    const auto& claim = variant->template claim<T>();
    if (std::isinf(claim.max_ulp)) continue;
    const std::vector<T> row(claim.witness.begin(), claim.witness.end());
    const double error = claim_error<T>(*variant, row);
    const double digits = numerics::Small<T> ? 5e-9 : 0.00005;
    const double near = variant->uses == ops::Uses::nothing ? digits : 2;
    BOOST_TEST(std::abs(error - claim.witness_ulp) <= near, variant->name()
                                                                << " is off by " << error);
    BOOST_TEST(claim.witness_ulp <= claim.max_ulp);
    for (const double x : claim.witness) BOOST_TEST(std::abs(x) <= claim.max_abs_logit);
    BOOST_TEST(claim.witness.size() <= claim.max_classes);
  }
}

BOOST_AUTO_TEST_CASE(witnesses_of_losses_are_what_they_are_said_to_be) {
  std::size_t seen = 0;
  for (const Variant& variant : ops::variants()) {
    const ops::Claim& claim = variant.float32_claim;
    if (!ops::takes_targets(variant.op) || claim.witness.empty() || !variant.unavailable.empty())
      continue;
    ++seen;
    const std::vector<float> row(claim.witness.begin(), claim.witness.end());
    const std::vector<std::int32_t> target{0};
    std::vector<float> gradient(row.size()), loss(1);
    variant.float32(ops::only_arguments_of<float>(
        variant.op, {.logits = numerics::one_row(std::span<const float>(row)),
                     .result = numerics::one_row(std::span<float>(gradient)),
                     .targets = {.index = target},
                     .losses = loss}));
    const auto verdict =
        oracle::judge<float>(variant.op, oracle::answer<float>(variant.op, {.logits = row}),
                             gradient, loss.data(), 1, false);
    BOOST_TEST(std::abs(verdict.max_error_ulp - claim.witness_ulp) <= 0.00005,
               variant.name() << " is off by " << verdict.max_error_ulp);
    for (const float x : row) BOOST_TEST(std::abs(x) <= claim.max_abs_logit);
  }
  BOOST_TEST(seen >= 2U);
}

// What calls neither libm nor a library promises its bits; the 16-bit types round the last bits of
// libm away.
BOOST_AUTO_TEST_CASE(bits_are_promised_where_nothing_else_computes) {
  using ops::DType;
  for (const Variant& variant : ops::variants()) {
    const bool kernel = variant.algorithm == "accurate" || variant.algorithm == "fast";
    if (kernel) BOOST_TEST(variant.promises_bits(DType::float32), variant.name());
    if (!variant.library.empty())
      for (const DType dtype : ops::all_dtypes)
        BOOST_TEST(!variant.promises_bits(dtype), variant.name());
  }
  const Variant& naive = named("softmax.naive.scalar");
  for (const DType dtype : {DType::float16, DType::bfloat16})
    BOOST_TEST(naive.promises_bits(dtype));
  for (const DType dtype :
       {DType::float32, DType::float64, DType::float16_in_float32, DType::bfloat16_in_float32})
    BOOST_TEST(!naive.promises_bits(dtype));
  BOOST_TEST(named("log_softmax.x_minus_max.scalar").promises_bits(DType::float64));
  BOOST_TEST(named("softmax.sum_v2.scalar").promises_bits(DType::float64));
  // The losses take the logarithm of libm.
  BOOST_TEST(!named("clip(softmax.accurate.scalar)").promises_bits(DType::float32));
  BOOST_TEST(named("clip(softmax.naive.scalar)").promises_bits(DType::float16));
  BOOST_TEST(!named("clip(softmax.onednn)").promises_bits(DType::float16));
  BOOST_TEST(!named("fused").promises_bits(DType::float32));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(probabilities_sum_to_one, T, FloatTypes) {
  const auto check = [](const Variant& variant, const std::vector<T>& row, Random&) {
    double sum = 0;
    for (const T p : apply<T>(variant, row)) {
      BOOST_TEST_REQUIRE(p >= 0);
      sum += static_cast<double>(p);
    }
    // The addition here rounds too.
    const double allowed = slack<T>(variant, 1) + 0x1p-53 * static_cast<double>(row.size());
    BOOST_TEST_REQUIRE(std::abs(sum - 1) <= allowed, variant.name());
  };
  on_random_rows<T>({ops::softmax}, Random(2), 40, check);
}

// softmax(x + c) = softmax(x) for every c whose addition does not round.
BOOST_AUTO_TEST_CASE_TEMPLATE(softmax_is_shift_invariant, T, FloatTypes) {
  const auto check = [](const Variant& variant, std::vector<T> row, Random& random) {
    const auto shifted = moved(row, random).first;
    const auto y = apply<T>(variant, row), z = apply<T>(variant, shifted);
    for (std::size_t k = 0; k < y.size(); ++k)
      BOOST_TEST_REQUIRE(std::abs(y[k] - z[k]) <= slack<T>(variant, y[k]), variant.name());
  };
  on_random_rows<T>({ops::softmax, ops::log_softmax}, Random(3), 16, check);
}

// log-sum-exp changes by the shift, and does not depend on the order of the logits.
BOOST_AUTO_TEST_CASE_TEMPLATE(log_sum_exp_shifts_and_permutes, T, FloatTypes) {
  const auto check = [](const Variant& variant, std::vector<T> row, Random& random) {
    auto [shifted, c] = moved(row, random);
    std::reverse(shifted.begin(), shifted.end());
    const T y = apply<T>(variant, row)[0], z = apply<T>(variant, shifted)[0];
    const double largest = std::max(std::abs(y), std::abs(z));
    BOOST_TEST_REQUIRE(std::abs(y + c - z) <= slack<T>(variant, largest), variant.name());
  };
  on_random_rows<T>({ops::log_sum_exp}, Random(8), 16, check);
}

// The probabilities of a row of log-probabilities sum to 1.
BOOST_AUTO_TEST_CASE_TEMPLATE(log_probabilities_sum_to_one, T, FloatTypes) {
  const auto check = [](const Variant& variant, const std::vector<T>& row, Random&) {
    double sum = 0, allowed = 1e-15 * static_cast<double>(row.size());
    for (const T y : apply<T>(variant, row)) {
      const double p = std::exp(static_cast<double>(y));
      sum += p;
      allowed += p * slack<T>(variant, static_cast<double>(y));
    }
    BOOST_TEST_REQUIRE(std::abs(sum - 1) <= allowed, variant.name());
  };
  on_random_rows<T>({ops::log_softmax}, Random(9), 40, check);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(outputs_move_with_their_logits, T, FloatTypes) {
  const auto check = [](const Variant& variant, const std::vector<T>& row, Random& random) {
    std::vector<std::size_t> order(row.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[random.below(k)]);
    auto permuted = row;
    for (std::size_t k = 0; k < row.size(); ++k) permuted[k] = row[order[k]];
    const auto y = apply<T>(variant, row), z = apply<T>(variant, permuted);
    for (std::size_t k = 0; k < y.size(); ++k)
      BOOST_TEST_REQUIRE(std::abs(y[order[k]] - z[k]) <= slack<T>(variant, z[k]), variant.name());
  };
  on_random_rows<T>({ops::softmax, ops::log_softmax}, Random(4), 40, check);
}

// A larger logit never has a smaller probability, up to the claimed error, and increasing a logit does not
// decrease its own probability.
BOOST_AUTO_TEST_CASE_TEMPLATE(softmax_is_monotone, T, FloatTypes) {
  const auto check = [](const Variant& variant, const std::vector<T>& row, Random& random) {
    const auto y = apply<T>(variant, row);
    for (std::size_t k = 1; k < row.size(); ++k)
      if (row[k] > row[k - 1])
        BOOST_TEST_REQUIRE(y[k] >= y[k - 1] - slack<T>(variant, y[k]), variant.name());
    auto raised = row;
    const std::size_t at = random.below(row.size());
    raised[at] += static_cast<T>(random.uniform(0, 4));
    const T after = apply<T>(variant, raised)[at];
    BOOST_TEST_REQUIRE(after >= y[at] - slack<T>(variant, y[at]), variant.name());
  };
  on_random_rows<T>({ops::softmax, ops::log_softmax}, Random(5), 36, check);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(two_classes_are_the_sigmoid, T, FloatTypes) {
  Random random(6);
  for (const Variant* variant : sound<T>(ops::softmax))
    for (int i = 0; i < 300; ++i) {
      const T z = static_cast<T>(random.uniform(-40, 40));
      const double sigmoid = 1 / (1 + std::exp(-static_cast<double>(z)));
      const auto y = apply<T>(*variant, std::vector<T>{z, 0});
      BOOST_TEST_REQUIRE(
          std::abs(static_cast<double>(y[0]) - sigmoid) <= slack<T>(*variant, sigmoid),
          variant->name());
    }
}

// Computing several rows at once, with a stride, gives the same results as computing each alone, and writes
// nothing between the rows.
BOOST_AUTO_TEST_CASE_TEMPLATE(rows_are_independent, T, FloatTypes) {
  Random random(7);
  constexpr std::size_t rows = 5, classes = 19, stride = 23;
  std::vector<T> logits(rows * stride);
  for (T& x : logits) x = static_cast<T>(random.uniform(-20, 20));
  for (const Variant* variant : runnable<T>()) {
    const std::size_t n = ops::outputs(variant->op, classes);
    std::vector<T> result(rows * stride, T(-7));
    variant->template compute<T>()({.logits = {logits.data(), rows, classes, stride},
                                    .result = {result.data(), rows, n, stride}});
    for (std::size_t i = 0; i < rows; ++i) {
      const auto alone =
          apply<T>(*variant, std::span<const T>(logits).subspan(i * stride, classes));
      for (std::size_t k = 0; k < stride; ++k) {
        const T expected = k < n ? alone[k] : T(-7);
        // Eigen starts a sum at an aligned address, so its bits depend on the address of the row.
        const double allowed =
            k < n && variant->algorithm == "eigen" ? slack<T>(*variant, expected) : 0;
        BOOST_TEST(std::abs(result[i * stride + k] - expected) <= allowed, variant->name());
      }
    }
    variant->template compute<T>()(
        {.logits = {logits.data(), 0, classes, stride}, .result = {result.data(), 0, n, stride}});
  }
}

// Known failures of the unguarded forms. If one of them stops failing, the table and the documents must be
// updated.
BOOST_AUTO_TEST_CASE(known_failures_still_fail) {
  const auto one = [](const char* name, std::vector<float> row) {
    return apply<float>(named(name), row);
  };
  BOOST_TEST(std::isnan(one("softmax.naive.scalar", {1000, 1001, 1002})[0]));
  BOOST_TEST(std::isnan(one("softmax.naive.scalar", {89, 0})[0]));
  BOOST_TEST(one("softmax.naive.scalar", {88.5F, 88.5F})[0] == 0);       // the sum overflows
  BOOST_TEST(std::isnan(one("softmax.naive.scalar", {-104, -104})[0]));  // 0 / 0
  BOOST_TEST(one("log_softmax.log_of_max_trick.scalar", {0, 105})[0] == -INFINITY);
  BOOST_TEST(one("log_softmax.log_of_max_trick.scalar", {17, 0})[0] == 0);  // exactly -4.1e-8
  BOOST_TEST(one("log_softmax.x_minus_lse.scalar", {1e8F, 1e8F})[0] == 0);  // exactly -log 2
  BOOST_TEST(one("log_softmax.shifted.scalar", {20, 0, 0})[0] == 0);        // exactly -4.1e-9
  BOOST_TEST(one("log_sum_exp.naive.scalar", {89, 0})[0] == INFINITY);
  BOOST_TEST(one("log_sum_exp.shifted.scalar", {0, -40})[0] == 0);  // exactly 4.2e-18
  BOOST_TEST(std::isnan(one("log_sum_exp.shifted.scalar", {-INFINITY, -INFINITY})[0]));
}

BOOST_AUTO_TEST_SUITE_END()
