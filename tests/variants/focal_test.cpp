// The focal loss with its gradient, as training uses it: against the oracle within its bound, and at gamma = 0
// against plain cross-entropy.
#include "numerics/random.hpp"
#include "ops/cross_entropy.hpp"
#include "ops/focal_loss.hpp"
#include "ops/lower.hpp"
#include "ops/registry.hpp"
#include "oracle/oracle.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(focal_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

template <class T>
struct Result {
  T loss;
  std::vector<T> gradient;
};

template <class T>
Result<T> run(const std::string& variant, const std::vector<T>& logits, ops::Targets<T> targets,
              double gamma, double scale = 1) {
  std::vector<T> losses(1), gradient(logits.size());
  ops::run_transformed<T>(*ops::find_variant(variant),
                          {.logits = numerics::one_row(std::span<const T>(logits)),
                           .result = numerics::one_row(std::span<T>(gradient)),
                           .targets = targets,
                           .losses = losses,
                           .gradient_scale = static_cast<T>(scale),
                           .parameter = static_cast<T>(gamma)});
  return {losses[0], gradient};
}

template <class T>
oracle::Answer<T> exact(const std::vector<T>& logits, const ops::Target<T>& target, double gamma) {
  oracle::Question<T> question{.logits = logits};
  question.coefficients = target;
  question.with_gradient = true;
  question.parameter = static_cast<T>(gamma);
  return oracle::answer<T>(ops::focal_loss, question);
}

template <class T>
std::vector<T> random_row(numerics::Random& random, std::size_t n, double size) {
  std::vector<T> row(n);
  for (T& x : row) x = static_cast<T>(random.uniform(-size, size));
  return row;
}

template <class T>
double relative_error(T got, const numerics::Exact<T>& due) {
  const double value = due.value();
  return std::abs(static_cast<double>(got) - value) / std::abs(value);
}

const std::string fused = "focal_loss.fused.scalar", naive = "focal_loss.of_softmax.scalar";

}  // namespace

// The head of lib/variants/focal_fused.cpp derives the two bounds.
BOOST_AUTO_TEST_CASE_TEMPLATE(one_class_is_within_the_bound, T, FloatTypes) {
  numerics::Random random(1);
  const double u = std::numeric_limits<T>::epsilon() / 2;
  double worst = 0;
  for (const double gamma : {0.0, 0.5, 1.0, 2.0, 5.0})
    for (int i = 0; i < 60; ++i) {
      const std::size_t n = 2 + random.below(20);
      const auto row = random_row<T>(random, n, i % 3 == 0 ? 12 : 3);
      const auto label = static_cast<std::int32_t>(random.below(n));
      const auto got = run<T>(fused, row, {.index = {&label, 1}}, gamma);
      const auto due = exact<T>(row, ops::Target<T>(static_cast<std::size_t>(label)), gamma);
      const auto [low, high] = std::minmax_element(row.begin(), row.end());
      const double E = 4 * (static_cast<double>(*high - *low) + static_cast<double>(n) + 2) * u;
      BOOST_TEST(relative_error(got.loss, *due.loss) <= (2 + gamma) * E);
      for (std::size_t k = 0; k < n; ++k) {
        const double error = relative_error(got.gradient[k], due.result[k]);
        BOOST_TEST(error <= (4 + gamma) * E, "gamma " << gamma << ", row " << i << ": " << error);
        worst = std::max(worst, error / u);
      }
    }
  BOOST_TEST(worst > 1);  // the errors are those of T
}

BOOST_AUTO_TEST_CASE(any_coefficients_are_the_oracles) {
  numerics::Random random(2);
  for (const double gamma : {0.0, 0.5, 2.0})
    for (int i = 0; i < 60; ++i) {
      const std::size_t n = 2 + random.below(6);
      const auto row = random_row<double>(random, n, 4);
      std::vector<double> q(n), class_weights(n), row_weight{1.5};
      for (double& x : q) x = random.uniform();
      for (double& x : class_weights) x = random.uniform() + 0.1;
      const ops::Targets<double> targets{.weights = numerics::one_row(std::span<const double>(q)),
                                         .smoothing = 0.1,
                                         .class_weights = class_weights,
                                         .row_weights = row_weight};
      const auto due = exact<double>(row, targets.row(0, n), gamma);
      for (const std::string& variant : {fused, naive}) {
        const auto got = run<double>(variant, row, targets, gamma, 0.5);
        BOOST_TEST(std::abs(got.loss - due.loss->value()) <= 1e-13 * due.loss->value(), variant);
        // Terms of either sign cancel, so the error is absolute.
        for (std::size_t k = 0; k < n; ++k)
          BOOST_TEST(std::abs(got.gradient[k] - 0.5 * due.result[k].value()) <= 1e-13, variant);
      }
    }
}

// It extends fused_log1p: the power is 1 and the factor of the gradient too.
BOOST_AUTO_TEST_CASE_TEMPLATE(gamma_0_is_plain_bit_for_bit, T, FloatTypes) {
  numerics::Random random(3);
  for (int i = 0; i < 500; ++i) {
    const std::size_t n = 1 + random.below(9);
    auto row = random_row<T>(random, n, i % 4 == 0 ? 90 : 4);
    if (i % 7 == 0) row.back() = row.front();
    const auto label = static_cast<std::int32_t>(random.below(n));
    std::vector<T> q(n), class_weights(n);
    for (T& x : q) x = static_cast<T>(random.below(3)) / 2;
    for (T& x : class_weights) x = static_cast<T>(random.uniform() + 0.1);
    for (const auto& targets :
         {ops::Targets<T>{.index = {&label, 1}},
          ops::Targets<T>{.index = {&label, 1}, .class_weights = class_weights},
          ops::Targets<T>{.weights = numerics::one_row(std::span<const T>(q))}}) {
      const auto plain = run<T>("fused_log1p", row, targets, 0);
      const auto focal = run<T>(fused, row, targets, 0);
      BOOST_TEST(focal.loss == plain.loss);
      BOOST_TEST(focal.gradient == plain.gradient, boost::test_tools::per_element());
    }
  }
}

// Where y is 1 or 0 to every digit of T, with a known result.
BOOST_AUTO_TEST_CASE(certain_predictions) {
  const std::int32_t first = 0, second = 1, none = ops::ignored;
  for (const double gamma : {0.5, 2.0}) {
    const auto right = run<double>(fused, {800, 0}, {.index = {&first, 1}}, gamma);
    BOOST_TEST(right.loss == 0);
    BOOST_TEST(right.gradient[0] == 0);
    BOOST_TEST(right.gradient[1] == 0);
    // As cross-entropy: the factor is 1 where y is 0.
    const auto wrong = run<double>(fused, {800, 0}, {.index = {&second, 1}}, gamma);
    BOOST_TEST(wrong.loss == 800);
    BOOST_TEST(wrong.gradient[0] == 1);
    BOOST_TEST(wrong.gradient[1] == -1);
    const auto alone = run<double>(fused, {3}, {.index = {&first, 1}}, gamma);
    BOOST_TEST(alone.loss == 0);
    BOOST_TEST(alone.gradient[0] == 0);
    const auto ignored = run<double>(fused, {3, 1}, {.index = {&none, 1}}, gamma);
    BOOST_TEST(ignored.loss == 0);
    for (const double g : ignored.gradient) BOOST_TEST(g == 0);
  }
  // As it is often written, the derivative of (1 - p)^0.5 at p = 1 is infinite.
  BOOST_TEST(std::isnan(run<double>(naive, {800, 0}, {.index = {&first, 1}}, 0.5).gradient[0]));
}

// 0 <= a / c <= (1 + gamma) (1 - y)^gamma, from the gradient of the class itself, -(1 - y) a.
BOOST_AUTO_TEST_CASE(the_factor_of_the_gradient_is_bounded) {
  const std::int32_t first = 0;
  for (const double gamma : {0.0, 0.5, 1.0, 2.0, 5.0}) {
    double largest = 0;
    for (double z = -10; z <= 10; z += 0.125) {
      const double rest = 1 / (1 + std::exp(z));  // 1 - y
      const double a =
          -run<double>(fused, {z, 0}, {.index = {&first, 1}}, gamma).gradient[0] / rest;
      BOOST_TEST(a >= 0);
      BOOST_TEST(a <= (1 + gamma) * std::pow(rest, gamma) * (1 + 1e-12));
      largest = std::max(largest, a);
    }
    BOOST_TEST((largest > 1 + 1e-9) ==
               (gamma > 0));  // not certain examples count more than in cross-entropy
  }
}

BOOST_AUTO_TEST_SUITE_END()
