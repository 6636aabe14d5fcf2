// Compares every formulation of the loss with the oracle and with central differences.
#include "learn/loss.hpp"

#include "one_loss.hpp"
#include "ops/dtype.hpp"
#include "ops/log_softmax.hpp"
#include "ops/softmax.hpp"
#include "random_rows.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(loss_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// Returns rows in which every probability is between 1e-5 and 1 - 1e-5, so that no guard takes
// effect.
std::vector<double> calm_row(numerics::Random& random, std::size_t i) {
  std::vector<double> row = random_row<double>(random, i, 4, 8);
  if (row.size() < 2) row.push_back(row[0] - 1);
  return row;
}

// Returns the exact log-probabilities, rounded once.
std::vector<double> log_probabilities(const std::vector<double>& row) {
  std::vector<double> y;
  for (const auto& exact : oracle::exact<double>(ops::log_softmax, row)) y.push_back(exact.value());
  return y;
}

// Evaluates the arm's formula, including its guard, in exact arithmetic for exact probabilities.
double due(const Formulation& arm, const std::vector<double>& log_p, std::size_t label) {
  if (arm.name == "eps") return -std::log(std::exp(log_p[label]) + arm.guard);
  return -log_p[label];
}

std::vector<double> random_weights(numerics::Random& random, std::size_t n) {
  std::vector<double> weights(n);
  for (double& w : weights) w = random.uniform() + 1e-3;
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& w : weights) w /= sum;
  return weights;
}

// Returns the derivative of the loss with respect to each logit by finite differences, accurate to
// about 1e-9.
std::vector<double> slopes(const Formulation& arm, const std::vector<double>& row,
                           const Targets<double>& targets) {
  constexpr double step = 0x1p-17;
  std::vector<double> result;
  for (std::size_t k = 0; k < row.size(); ++k) {
    const auto at = [&](double x) {
      std::vector<double> moved = row;
      moved[k] = x;
      return evaluate<double>(arm, moved, targets).loss;
    };
    result.push_back((at(row[k] + step) - at(row[k] - step)) / (2 * step));
  }
  return result;
}

void check_gradient(const Formulation& arm, const std::vector<double>& row,
                    const Targets<double>& targets) {
  const auto expected = slopes(arm, row, targets);
  for (const GradientForm form : {GradientForm::chain, GradientForm::difference}) {
    // y - t is the gradient of the loss without the epsilon.
    const double allowed = form == GradientForm::difference ? arm.guard * 1e5 : 0;
    const auto got = evaluate<double>(arm, row, targets, form).gradient;
    for (std::size_t k = 0; k < row.size(); ++k)
      BOOST_TEST(std::abs(got[k] - expected[k]) <= 2e-8 + allowed,
                 arm.name << ' ' << k << ": " << got[k] << ", not " << expected[k]);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_arms) {
  std::vector<std::string> names;
  for (const Formulation& arm : ops::formulations()) {
    names.push_back(arm.name);
    BOOST_TEST(!arm.summary.empty());
    BOOST_TEST(!arm.source.empty());
    BOOST_TEST(find_formulation(arm.name) == &arm);
  }
  const std::vector<std::string> expected{"log_of_softmax", "eps",         "clip", "fused",
                                          "fused_lse",      "fused_log1p", "bce",  "bce_clip",
                                          "bce_fused"};
  BOOST_TEST(names == expected, boost::test_tools::per_element());
  BOOST_TEST(find_formulation("focal") == nullptr);
  BOOST_CHECK_THROW(CrossEntropy<float>(*find_formulation("clip"), nullptr), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(losses_are_the_oracles) {
  numerics::Random random(1);
  for (std::size_t i = 0; i < 500; ++i) {
    const auto row = calm_row(random, i);
    const std::size_t label = random.below(row.size());
    const auto log_p = log_probabilities(row);
    for (const Formulation& arm : ops::formulations()) {
      if (arm.binary()) continue;
      const double expected = due(arm, log_p, label);
      const double allowed = 1e-14 * std::max(1.0, expected);
      BOOST_TEST(std::abs(sparse(arm.name, row, static_cast<std::int32_t>(label)).loss -
                          expected) <= allowed,
                 arm.name);
      BOOST_TEST(std::abs(one_hot(arm.name, row, label).loss - expected) <= allowed, arm.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(gradients_are_slopes) {
  numerics::Random random(2);
  for (std::size_t i = 0; i < 60; ++i) {
    const auto row = calm_row(random, i);
    const auto label = static_cast<std::int32_t>(random.below(row.size()));
    std::vector<double> weights(row.size());
    weights[static_cast<std::size_t>(label)] = 1;
    const auto soft = random_weights(random, row.size());
    for (const Formulation& arm : ops::formulations()) {
      if (arm.binary()) continue;
      check_gradient(arm, row, {{&label, 1}});
      check_gradient(arm, row, {{}, {weights.data(), 1, weights.size()}});
      check_gradient(arm, row, {{}, {soft.data(), 1, soft.size()}});
    }
  }
}

BOOST_AUTO_TEST_CASE(soft_targets_are_weighed) {
  numerics::Random random(3);
  for (std::size_t i = 0; i < 100; ++i) {
    const auto row = calm_row(random, i);
    const auto weights = random_weights(random, row.size());
    const auto log_p = log_probabilities(row);
    for (const Formulation& arm : ops::formulations()) {
      if (arm.binary()) continue;
      double expected = 0;
      for (std::size_t c = 0; c < row.size(); ++c) expected += weights[c] * due(arm, log_p, c);
      const double got = evaluate<double>(arm, row, {{}, {weights.data(), 1, weights.size()}}).loss;
      BOOST_TEST(std::abs(got - expected) <= 1e-14 * std::max(1.0, expected), arm.name);
    }
  }
}

// The results have the same bits, because adding 0 times a finite number changes nothing.
BOOST_AUTO_TEST_CASE(sparse_and_one_hot_are_one_but_for_clip) {
  numerics::Random random(4);
  for (std::size_t i = 0; i < 300; ++i) {
    std::vector<float> row;
    for (const double x : calm_row(random, i)) row.push_back(static_cast<float>(x));
    const std::size_t label = random.below(row.size());
    for (const std::string arm : {"log_of_softmax", "eps", "fused", "fused_lse", "fused_log1p"}) {
      const auto a = sparse(arm, row, static_cast<std::int32_t>(label));
      const auto b = one_hot(arm, row, label);
      BOOST_TEST(a.loss == b.loss, arm);
      BOOST_TEST(a.gradient == b.gradient, boost::test_tools::per_element());
    }
  }
}

// Keras's sparse formula applies softmax to the clipped probabilities again and so divides by their
// sum. Its one-hot formula divides before clipping, by a sum that is 1.
BOOST_AUTO_TEST_CASE(clip_has_two_formulas) {
  constexpr double eps = 1e-7;
  for (const double gap : {-40.0, -20.0, 20.0, 40.0}) {
    const std::vector<double> row{gap, 0, 0, -30};
    double sum = 0;
    std::vector<double> c;
    for (const double y : log_probabilities(row))
      sum += c.emplace_back(std::clamp(std::exp(y), eps, 1 - eps));
    BOOST_TEST(sparse("clip", row, 0).loss == -std::log(c[0]) + std::log(sum),
               boost::test_tools::tolerance(1e-8));
    BOOST_TEST(one_hot("clip", row, 0).loss == -std::log(c[0]), boost::test_tools::tolerance(1e-8));
    BOOST_TEST(sparse("clip", row, 0).loss > one_hot("clip", row, 0).loss);
  }
  // One-hot: no loss exceeds -log 1e-7, and the loss of a certain prediction is -log(1 - 1e-7).
  BOOST_TEST(one_hot<double>("clip", {-700, 0}, 0).loss == 16.118095650958319,
             boost::test_tools::tolerance(1e-15));
  BOOST_TEST(one_hot<float>("clip", {20, 0, 0}, 0).loss == 1.1921e-7F,
             boost::test_tools::tolerance(1e-5F));
}

BOOST_AUTO_TEST_CASE(reductions) {
  numerics::Random random(5);
  std::vector<double> rows;
  for (int i = 0; i < 7 * 3; ++i) rows.push_back(random.uniform(-2, 2));
  const std::vector<std::int32_t> labels{0, 1, 2, 2, 1, 0, 1};
  for (const Formulation& arm : ops::formulations()) {
    if (arm.binary()) continue;
    const CrossEntropy<double> loss(
        arm, arm.input == ops::LossInput::probabilities ? softmax() : nullptr);
    std::vector<double> losses(7), each(21), gradient(21);
    const auto reduced = [&](Reduction reduction, std::vector<double>& g) {
      return loss({rows.data(), 7, 3}, {labels}, reduction, losses, {g.data(), 7, 3});
    };
    BOOST_TEST(reduced(Reduction::none, each) == 0);
    const double sum = std::accumulate(losses.begin(), losses.end(), 0.0);
    BOOST_TEST(reduced(Reduction::sum, gradient) == sum);
    BOOST_TEST(gradient == each, boost::test_tools::per_element());
    BOOST_TEST(reduced(Reduction::mean, gradient) == sum / 7);
    for (std::size_t k = 0; k < 21; ++k) BOOST_TEST(gradient[k] == each[k] / 7);
  }
}

BOOST_AUTO_TEST_CASE(any_softmax_will_do) {
  const std::vector<double> row{0.5, 2, 1};
  const auto log_p = log_probabilities(row);
  std::size_t seen = 0;
  for (const auto& variant : ops::variants()) {
    if (variant.op != ops::softmax || !variant.unavailable.empty()) continue;
    const auto check = [&]<class T>(const ops::Compute<T>& compute, double allowed) {
      if (!compute) return;
      ++seen;
      const CrossEntropy<T> loss(*find_formulation("log_of_softmax"), &variant);
      const std::vector<T> logits(row.begin(), row.end());
      const auto p = apply<T>(variant, logits);
      const std::int32_t label = 1;
      std::vector<T> losses(1), gradient(3);
      loss({logits.data(), 1, 3}, {{&label, 1}}, Reduction::none, losses, {gradient.data(), 1, 3});
      BOOST_TEST(losses[0] == -std::log(p[1]), variant.name());
      if (variant.nature != ops::Nature::approximation) {
        BOOST_TEST(std::abs(losses[0] + log_p[1]) <= allowed, variant.name());
        for (std::size_t k = 0; k < 3; ++k)
          BOOST_TEST(std::abs(gradient[k] - (std::exp(log_p[k]) - (k == 1))) <= allowed,
                     variant.name());
      }
    };
    check(variant.float32, 1e-6);
    check(variant.float64, 1e-14);
  }
  BOOST_TEST(seen >= 10U);
}

// The logits come from a network and are therefore float32; 16-bit types round them first.
BOOST_AUTO_TEST_CASE(mean_loss_in_every_type) {
  const std::vector<float> rows{1, 0.5F, -1, 2, 2, 0};
  const std::vector<std::int32_t> labels{0, 2};
  const auto* variant = ops::find_variant("softmax.max_trick.scalar");
  for (const ops::DType dtype : ops::all_dtypes)
    for (const Formulation& arm : ops::formulations()) {
      if (arm.binary()) continue;
      const auto loss = learn::mean_loss(
          ops::with_softmax(arm, arm.input == ops::LossInput::probabilities ? variant : nullptr),
          dtype);
      std::vector<float> losses(2), gradient(6);
      loss({rows.data(), 2, 3}, labels, losses, {gradient.data(), 2, 3});
      // The results are float32.
      const double allowed = 16 * std::max(ops::unit_roundoff(dtype), 0x1p-24);
      for (std::size_t i = 0; i < 2; ++i) {
        const auto log_p =
            log_probabilities({rows.begin() + 3 * static_cast<std::ptrdiff_t>(i),
                               rows.begin() + 3 * static_cast<std::ptrdiff_t>(i + 1)});
        const auto y = static_cast<std::size_t>(labels[i]);
        BOOST_TEST(std::abs(losses[i] + log_p[y]) <= allowed, arm.name << name(dtype));
        for (std::size_t k = 0; k < 3; ++k)
          BOOST_TEST(std::abs(gradient[3 * i + k] - (std::exp(log_p[k]) - (k == y)) / 2) <= allowed,
                     arm.name << name(dtype));
      }
    }
  BOOST_CHECK_THROW((void)ops::with_softmax(*find_formulation("eps"), nullptr),
                    std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
