// Compares the optimisers with the formulas of their header, implemented independently in long
// double.
#include "learn/optimiser.hpp"

#include "numerics/random.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(optimiser_test)

namespace {

using namespace maxtrick::learn;
using maxtrick::numerics::Random;

// One weight under Adam. The powers of beta are computed anew at each step.
struct Adam {
  long double w, m = 0, v = 0;

  void step(long double g, const OptimiserOptions& o, int t) {
    const long double beta1 = o.beta1, beta2 = o.beta2;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const long double alpha =
        o.learning_rate * std::sqrt(1 - std::pow(beta2, t)) / (1 - std::pow(beta1, t));
    w -= alpha * m / (std::sqrt(v) + o.epsilon);
  }
};

// Returns gradients of all sizes, from below epsilon to large, including 0.
double gradient(Random& random, std::size_t i) {
  if (random.below(10) == 0) return 0;
  return random.normal() * std::pow(10.0, static_cast<double>(i % 12) - 9);
}

template <class T>
void check_adam(const OptimiserOptions& options, double tolerance) {
  constexpr std::size_t n = 24;
  constexpr int steps = 400;
  Random random(9);
  std::vector<T> w(n), g(n);
  std::vector<Adam> expected;
  for (T& x : w) {
    x = static_cast<T>(random.normal());
    expected.push_back({x});
  }
  Optimiser<T> optimiser(options, n);
  for (int t = 1; t <= steps; ++t) {
    for (std::size_t i = 0; i < n; ++i) {
      g[i] = static_cast<T>(gradient(random, i));
      expected[i].step(g[i], options, t);
    }
    optimiser.step(w, g);
    for (std::size_t i = 0; i < n; ++i)
      BOOST_TEST(std::abs(double{w[i]} - static_cast<double>(expected[i].w)) <= tolerance,
                 "step " << t << ", weight " << i);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(adam_follows_its_formulas) {
  // Each step adds one rounding error of w, whose magnitude is about 1.
  check_adam<double>({}, 400 * 0x1p-52);
  check_adam<float>({}, 400 * 0x1p-23);
  check_adam<double>({.learning_rate = 0.01, .beta1 = 0.5, .beta2 = 0.9, .epsilon = 1e-3},
                     1000 * 0x1p-52);
}

// At t = 1 the bias corrections cancel. The step is lr g / (|g| + epsilon / sqrt(1 - beta2)): the
// sign of g times lr, where epsilon is small relative to |g|.
BOOST_AUTO_TEST_CASE(the_first_step_is_the_learning_rate_towards_the_sign) {
  const OptimiserOptions options{.learning_rate = 0.25};
  const std::vector<double> g{1, -1, 1e3, -1e-3, 1e-7, -1e-9};
  std::vector<double> w(g.size());
  Optimiser<double>(options, g.size()).step(w, g);
  for (std::size_t i = 0; i < g.size(); ++i)
    BOOST_TEST(w[i] == -0.25 * g[i] / (std::abs(g[i]) + 1e-7 / std::sqrt(1 - 0.999)),
               boost::test_tools::tolerance(1e-12));
  BOOST_TEST(w[0] == -0.25, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(w[1] == 0.25, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(std::abs(w[5]) < 0.25 * 4e-4);  // far below epsilon: almost no step
}

// Without a gradient the step is 0 / epsilon. Without epsilon it would be 0 / 0, which is NaN.
BOOST_AUTO_TEST_CASE(without_a_gradient_nothing_moves_thanks_to_epsilon) {
  const std::vector<float> zero(3);
  std::vector<float> w{1, -2, 0};
  Optimiser<float> optimiser({}, 3);
  for (int t = 0; t < 5; ++t) optimiser.step(w, zero);
  BOOST_TEST(w == (std::vector<float>{1, -2, 0}), boost::test_tools::per_element());
  Optimiser<float>({.epsilon = 0}, 3).step(w, zero);
  for (const float x : w) BOOST_TEST(std::isnan(x));
}

BOOST_AUTO_TEST_CASE(adam_goes_on_after_the_gradient_has_gone) {
  std::vector<double> w{0};
  Optimiser<double> optimiser({}, 1);
  optimiser.step(w, std::vector<double>{1});
  const double once = w[0];
  optimiser.step(w, std::vector<double>{0});
  BOOST_TEST(w[0] < once);
}

BOOST_AUTO_TEST_CASE(sgd_is_one_product_and_one_difference) {
  std::vector<float> w{1, -2, 3}, expected = w;
  const std::vector<float> g{0.3F, -1e5F, 0};
  Optimiser<float> optimiser({.method = Method::sgd, .learning_rate = 0.1}, 3);
  for (int t = 0; t < 3; ++t) {
    optimiser.step(w, g);
    for (std::size_t i = 0; i < 3; ++i) expected[i] -= 0.1F * g[i];
    BOOST_TEST(w == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(each_optimiser_has_moments_of_its_own) {
  const std::vector<double> up{1}, down{-0.5};
  std::vector<double> alone{0}, one{0}, other{0};
  Optimiser<double> first({}, 1), second({}, 1), third({}, 1);
  for (int t = 0; t < 10; ++t) {
    first.step(alone, up);
    second.step(one, up);
    third.step(other, down);
  }
  BOOST_TEST(one[0] == alone[0]);
  BOOST_TEST(other[0] > 0);
}

BOOST_AUTO_TEST_SUITE_END()
