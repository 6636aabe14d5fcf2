// The variants in double-word arithmetic against the oracle, for random calls with every option: float64
// within a few ULP, float32 nearly correctly rounded. And the formulations that are known to be wrong.
#include "numerics/random.hpp"
#include "ops/binary_cross_entropy.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/focal_loss.hpp"
#include "ops/hardmax.hpp"
#include "ops/kl_divergence.hpp"
#include "ops/log_loss.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_softmax_backward.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/lower.hpp"
#include "ops/merge.hpp"
#include "ops/nll.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "ops/softmax_backward.hpp"
#include "ops/z_loss.hpp"
#include "oracle/oracle.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(double_word_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using numerics::Random;

template <class T>
struct Arguments {
  std::vector<T> x, bias, factors, q, class_weights;
  std::vector<unsigned char> mask;
  std::vector<T> row_weight{T(1)}, sink;
  std::vector<std::int32_t> label;
  std::vector<T> result, loss{T(0)};
  ops::Call<T> call;

  Arguments(Random& random, ops::Op op) {
    const std::size_t n = op->binary ? 1 : 1 + random.below(40);
    const bool given = op->input != ops::Input::logits || op->binary;
    for (std::size_t k = 0; k < n; ++k) {
      x.push_back(static_cast<T>(random.uniform(-20, 20)));
      if (op->input == ops::Input::log_probabilities) x[k] = -std::abs(x[k]);
      if (op->input == ops::Input::probabilities) x[k] = static_cast<T>(random.uniform(0, 1));
      bias.push_back(static_cast<T>(random.uniform(-3, 3)));
      mask.push_back(random.below(5) != 0);
      // Factors of one sign, so that sums do not cancel.
      factors.push_back(static_cast<T>(random.uniform(0.1, 2)));
      q.push_back(static_cast<T>(random.uniform(0, 1)));
      class_weights.push_back(static_cast<T>(random.uniform(0, 2)));
    }
    result.resize(ops::takes_targets(op) ? n : ops::outputs(op, n));
    call.logits = numerics::one_row(std::span<const T>(x));
    if (!given) {
      if (random.below(2) == 0) call.scale = static_cast<T>(random.uniform(0.1, 2));
      if (random.below(2) == 0) call.transform.temperature = static_cast<T>(random.uniform(0.3, 3));
      if (random.below(3) == 0) call.transform.bias = numerics::one_row(std::span<const T>(bias));
      if (random.below(3) == 0)
        call.transform.mask = numerics::one_row(std::span<const unsigned char>(mask));
      sink.push_back(static_cast<T>(random.uniform(-20, 20)));
      if (random.below(3) == 0 && op != ops::hardmax) call.transform.sink = sink;
    }
    if (!op->factors.name.empty()) call.factors = numerics::one_row(std::span<const T>(factors));
    call.parameter = static_cast<T>(op->parameter.preset);
    if (!ops::takes_targets(op)) {
      call.result = numerics::one_row(std::span<T>(result));
      return;
    }
    call.losses = loss;
    label.push_back(static_cast<std::int32_t>(random.below(n)));
    if (op->binary || op == ops::kl_divergence || random.below(2) == 0)
      call.targets.weights = numerics::one_row(std::span<const T>(q));
    else
      call.targets.index = label;
    row_weight[0] = static_cast<T>(random.uniform(0.1, 2));
    call.targets.row_weights = row_weight;
    if (op->binary || op == ops::kl_divergence) return;
    if (random.below(2) == 0) call.targets.smoothing = static_cast<T>(random.uniform(0, 1));
    if (random.below(2) == 0) call.targets.class_weights = class_weights;
  }
};

template <class T>
oracle::Answer<T> answer(ops::Op op, const ops::Call<T>& call) {
  oracle::Question<T> question{.logits = call.logits.row(0)};
  question.transform = call.row_transform(0);
  if (ops::takes_targets(op)) question.coefficients = call.targets.row(0, call.logits.columns);
  if (call.factors.data != nullptr) question.factors = call.factors.row(0);
  if (!op->parameter.name.empty()) question.parameter = call.parameter;
  return oracle::answer<T>(op, question);
}

// The largest error of the op's double_word variant over random calls, without gradients.
template <class T>
double worst(ops::Op op) {
  const ops::Variant* variant = ops::find_variant(std::string(op->name) + ".double_word.scalar");
  BOOST_REQUIRE_MESSAGE(variant != nullptr, op->name);
  Random random(21);
  double worst = 0;
  for (int i = 0; i < 400; ++i) {
    Arguments<T> arguments(random, op);
    ops::run_transformed(*variant, arguments.call);
    const auto exact = answer(op, arguments.call);
    if (exact.loss)
      worst = std::max(worst, numerics::error_ulp(*exact.loss, arguments.loss[0]));
    else
      for (std::size_t k = 0; k < exact.result.size(); ++k)
        worst = std::max(worst, numerics::error_ulp(exact.result[k], arguments.result[k]));
  }
  return worst;
}

ops::Op op_named(const char* name) { return ops::parse_op(name).value(); }

const ops::Variant& named(const char* name) {
  const ops::Variant* variant = ops::find_variant(name);
  BOOST_REQUIRE_MESSAGE(variant != nullptr, name);
  return *variant;
}

// The results of a softmax variant for one row.
std::vector<float> softmax_of(const char* variant, const std::vector<float>& x,
                              ops::Transform<float> transform, float scale = 1) {
  std::vector<float> y(x.size());
  ops::run_transformed<float>(named(variant),
                              {.logits = numerics::one_row(std::span<const float>(x)),
                               .result = numerics::one_row(std::span<float>(y)),
                               .scale = scale,
                               .transform = transform});
  return y;
}

}  // namespace

// Logarithms of sums cancel near 0, and so do sums of positive and negative terms: these ops are only
// bounded relative to their largest term (docs/numerics.md).
BOOST_AUTO_TEST_CASE(errors_are_a_few_ulp) {
  for (const char* name : {"softmax", "log_softmax", "cross_entropy", "binary_cross_entropy", "nll",
                           "log_loss", "focal_loss", "merge", "hardmax"}) {
    const double of_float = worst<float>(op_named(name)), of_double = worst<double>(op_named(name));
    BOOST_TEST(of_float <= 0.50001, name << ": " << of_float);
    BOOST_TEST(of_double <= 4, name << ": " << of_double);
  }
}

// The gradient of the focal loss of one class: no terms cancel.
BOOST_AUTO_TEST_CASE(gradients_of_focal_loss_are_a_few_ulp) {
  Random random(22);
  double worst = 0;
  for (int i = 0; i < 400; ++i) {
    Arguments<double> arguments(random, ops::focal_loss);
    arguments.call.targets = {.index = arguments.label, .row_weights = arguments.row_weight};
    arguments.call.result = numerics::one_row(std::span<double>(arguments.result));
    arguments.call.parameter = random.uniform(0, 4);
    ops::run_transformed(*ops::find_variant("focal_loss.double_word.scalar"), arguments.call);
    oracle::Question<double> question{.logits = arguments.call.logits.row(0)};
    question.transform = arguments.call.row_transform(0);
    question.coefficients = arguments.call.targets.row(0, arguments.x.size());
    question.parameter = arguments.call.parameter;
    question.with_gradient = true;
    const auto exact = oracle::answer<double>(ops::focal_loss, question);
    const bool finite = ops::kind_of(question.logits, question.transform) == ops::ZKind::finite;
    if (finite)
      for (std::size_t k = 0; k < exact.result.size(); ++k)
        worst = std::max(worst, numerics::error_ulp(exact.result[k], arguments.result[k]));
  }
  BOOST_TEST(worst <= 6);
}

// Every op has a sound float64 variant.
BOOST_AUTO_TEST_CASE(every_op_has_one) {
  for (const ops::Op op : ops::all_ops()) {
    const ops::Variant* variant = ops::find_variant(std::string(op->name) + ".double_word.scalar");
    BOOST_TEST_REQUIRE(variant != nullptr, op->name);
    BOOST_TEST(bool(variant->float64), op->name);
    BOOST_TEST((variant->nature == ops::Nature::sound), op->name);
  }
}

// log-sum-exp of equal infinities is the infinity; NaN comes from NaN and from mixed signs alone.
BOOST_AUTO_TEST_CASE(special_values_are_the_oracles) {
  const double values[] = {-inf<double>, inf<double>, qnan<double>, 0, 3};
  for (const char* name : {"softmax", "log_softmax", "log_sum_exp", "z_loss", "hardmax", "merge",
                           "softmax_backward", "log_softmax_backward", "cross_entropy"}) {
    const ops::Op op = op_named(name);
    for (const double a : values)
      for (const double b : values)
        for (const bool capped : {false, true}) {
          const std::vector<double> x{a, b}, factors{2, -1};
          std::vector<double> result(2), loss(1);
          const std::vector<std::int32_t> label{1};
          ops::Call<double> call{.logits = numerics::one_row(std::span<const double>(x))};
          if (capped) call.transform.soft_cap = 5;
          call.parameter = op->parameter.preset;
          if (op->factors.required)
            call.factors = numerics::one_row(std::span<const double>(factors));
          call.result = {result.data(), 1, ops::outputs(op, 2)};
          if (ops::takes_targets(op)) {
            call.targets.index = label;
            call.losses = loss;
            call.result = {result.data(), 1, 2};
          }
          ops::run_transformed(named((std::string(name) + ".double_word.scalar").c_str()), call);
          const auto exact = answer(op, call);
          if (exact.loss)
            BOOST_TEST(numerics::error_ulp(*exact.loss, loss[0]) <= 2,
                       name << ' ' << a << ' ' << b);
          else
            for (std::size_t k = 0; k < exact.result.size(); ++k)
              BOOST_TEST(numerics::error_ulp(exact.result[k], result[k]) <= 2,
                         name << ' ' << a << ' ' << b << ' ' << capped << ": " << result[k]);
        }
  }
}

// Differences and products beyond the range of double are infinities, not NaN.
BOOST_AUTO_TEST_CASE(huge_logits_give_no_nan) {
  const std::vector<double> x{1.7e308, -1.7e308}, factors{1, 3};
  for (const char* name : {"softmax", "log_softmax", "log_sum_exp", "z_loss", "merge",
                           "softmax_backward", "log_softmax_backward"}) {
    const ops::Op op = op_named(name);
    std::vector<double> result(2);
    ops::Call<double> call{.logits = numerics::one_row(std::span<const double>(x)),
                           .result = {result.data(), 1, ops::outputs(op, 2)}};
    call.parameter = op->parameter.preset;
    if (op->factors.required) call.factors = numerics::one_row(std::span<const double>(factors));
    ops::run_transformed(named((std::string(name) + ".double_word.scalar").c_str()), call);
    const auto exact = answer(op, call);
    for (std::size_t k = 0; k < exact.result.size(); ++k)
      BOOST_TEST(numerics::error_ulp(exact.result[k], result[k]) <= 2, name << ": " << result[k]);
  }
}

// The scale, the temperature, the soft cap, the bias, the mask and the sink in T, for a variant that has
// none of them.
BOOST_AUTO_TEST_CASE(a_plain_variant_gets_transformed_logits) {
  const std::vector<float> x{1, 2, 4};
  const auto scaled = softmax_of("softmax.max_trick.scalar", x, {.temperature = 2}, 3);
  const auto plain = softmax_of("softmax.max_trick.scalar", {1.5F, 3, 6}, {});
  BOOST_TEST(scaled == plain, boost::test_tools::per_element());
  const std::vector<float> sink{4};
  const auto with_sink = softmax_of("softmax.max_trick.scalar", {1, 2}, {.sink = sink});
  BOOST_TEST(with_sink[1] == softmax_of("softmax.max_trick.scalar", x, {})[1]);
  const std::vector<unsigned char> mask{1, 0, 1};
  const auto masked =
      softmax_of("softmax.max_trick.scalar", x, {.mask = numerics::one_row(std::span(mask))});
  BOOST_TEST(masked[1] == 0);
  BOOST_TEST(masked[0] == softmax_of("softmax.max_trick.scalar", {1, 4}, {})[0]);
}

// unslothai/unsloth-zoo#593, and a sink that is added as 1 after the shift.
BOOST_AUTO_TEST_CASE(common_errors_are_wrong_and_sound_forms_are_not) {
  const std::vector<float> sink{0.5F};
  const auto right = softmax_of("softmax.double_word.scalar", {1, 2}, {.sink = sink});
  BOOST_TEST(right[0] == 0.231223898F, boost::test_tools::tolerance(1e-6F));
  const auto one = softmax_of("softmax.sink_one.scalar", {1, 2}, {.sink = sink});
  BOOST_TEST(std::abs(one[0] - right[0]) > 0.05F);
  const auto capped = softmax_of("softmax.double_word.scalar", {124, 0}, {.soft_cap = 30});
  const auto uncapped = softmax_of("softmax.cap_without_factor.scalar", {124, 0}, {.soft_cap = 30});
  BOOST_TEST(capped[1] == static_cast<float>(std::exp(-29.9845875)),
             boost::test_tools::tolerance(1e-6F));
  BOOST_TEST(uncapped[1] < capped[1] / 1e30F);
  const auto after =
      softmax_of("softmax.scaled_after_max.scalar", {1, 2, 4}, {.temperature = 2}, 3);
  BOOST_TEST(after == softmax_of("softmax.max_trick.scalar", {1.5F, 3, 6}, {}),
             boost::test_tools::per_element());
}

// An ignored row has no loss; the smoothing term of a loss that forgets this does.
BOOST_AUTO_TEST_CASE(the_smoothing_term_of_an_ignored_row) {
  const std::vector<float> x{1, 2, 3};
  const std::vector<std::int32_t> label{ops::ignored};
  for (const auto& [name, is_zero] :
       {std::pair("cross_entropy.double_word.scalar", true), std::pair("fused", true),
        std::pair("fused_log1p", true), std::pair("clip(softmax.max_trick.scalar)", true),
        std::pair("cross_entropy.leaking_smoothing.scalar", false)}) {
    std::vector<float> loss{7}, gradient(3, 7);
    ops::Call<float> call{.logits = numerics::one_row(std::span<const float>(x)),
                          .targets = {.index = label, .smoothing = 0.3F},
                          .losses = loss};
    if (is_zero) call.result = numerics::one_row(std::span<float>(gradient));
    ops::run_transformed(named(name), call);
    BOOST_TEST((loss[0] == 0) == is_zero, name);
    if (!is_zero) continue;
    for (const float g : gradient) BOOST_TEST(g == 0, name);
  }
}

BOOST_AUTO_TEST_SUITE_END()
