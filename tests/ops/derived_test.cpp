// argmax, soft argmax and the Jacobian of softmax.
#include "ops/derived.hpp"

#include "numerics/random.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(derived_test)

using namespace maxtrick;
using namespace maxtrick::numerics;
using namespace maxtrick::ops;
using namespace maxtrick::oracle;
using namespace maxtrick::tests;

namespace {

template <class T>
std::size_t argmax_of(std::vector<T> row) {
  return argmax(std::span<const T>(row));
}

template <class T>
std::vector<T> probabilities(std::size_t classes, std::uint64_t seed) {
  Random random(seed);
  std::vector<T> logits(classes);
  for (T& x : logits) x = static_cast<T>(3 * random.normal());
  std::vector<T> result;
  for (const auto& y : exact<T>(ops::softmax, logits)) result.push_back(y.rounded);
  return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(argmax_takes_the_first, T, FloatTypes) {
  const T inf = tests::inf<T>, nan = qnan<T>;
  BOOST_TEST(argmax_of<T>({1}) == 0);
  BOOST_TEST(argmax_of<T>({-3, 2, 1}) == 1);
  BOOST_TEST(argmax_of<T>({1, 5, 5, 5}) == 1);
  BOOST_TEST(argmax_of<T>({-T{0}, T{0}}) == 0);
  BOOST_TEST(argmax_of<T>({-inf, -inf}) == 0);
  BOOST_TEST(argmax_of<T>({-inf, -1, inf, inf}) == 2);
  BOOST_TEST(argmax_of<T>({1, nan, 7}) == 1);
  BOOST_TEST(argmax_of<T>({nan, inf}) == 0);
  BOOST_TEST(argmax_of<T>({inf, 1, nan, nan}) == 2);
  BOOST_CHECK_THROW(argmax_of<T>({}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(soft_argmax_is_the_mean_index, T, FloatTypes) {
  const auto of = [](std::vector<T> row) { return soft_argmax(std::span<const T>(row)); };
  BOOST_TEST(of({1}) == 0);
  BOOST_TEST(of({0, 0, 1}) == 2);
  BOOST_TEST(of({0.25, 0.25, 0.25, 0.25}) == 1.5);
  BOOST_TEST(of({0.5, 0.125, 0.375}) == 0.875);
  // The result is exact, which a sum in float32 would not be.
  BOOST_TEST(of(std::vector<T>(1 << 16, T(1) / (1 << 16))) == ((1 << 16) - 1) / T(2));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(jacobian_of_two_classes, T, FloatTypes) {
  const std::vector<T> p{0.25, 0.75};
  const std::vector<T> expected{0.1875, -0.1875, -0.1875, 0.1875};
  const auto jacobian = softmax_jacobian(std::span<const T>(p));
  BOOST_TEST(jacobian == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(jacobian_has_its_symmetries, T, FloatTypes) {
  constexpr std::size_t n = 9;
  const auto p = probabilities<T>(n, 11);
  const auto jacobian = softmax_jacobian(std::span<const T>(p));
  BOOST_TEST_REQUIRE(jacobian.size() == n * n);
  const double epsilon = Limits<T>::epsilon();
  for (std::size_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < n; ++j) {
      BOOST_TEST(jacobian[i * n + j] == jacobian[j * n + i]);
      BOOST_TEST((jacobian[i * n + j] > 0) == (i == j));
      sum += double{jacobian[i * n + j]};
    }
    // Each row sums to 0 except for the rounding errors of p and of the entries, whose magnitude is
    // at most p_i.
    BOOST_TEST(std::fabs(sum) <= 4 * n * epsilon * double{p[i]});
  }
}

// Compares with the derivative by central differences of the exact softmax.
BOOST_AUTO_TEST_CASE(jacobian_is_the_derivative) {
  const std::vector<double> x{0.3, -1.2, 2.1, 0.9};
  const std::size_t n = x.size();
  const double h = 0x1p-17;
  std::vector<double> p;
  for (const auto& y : exact<double>(ops::softmax, x)) p.push_back(y.rounded);
  const auto jacobian = softmax_jacobian(std::span<const double>(p));
  for (std::size_t j = 0; j < n; ++j) {
    auto above = x;
    auto below = x;
    above[j] += h;
    below[j] -= h;
    const auto high = exact<double>(ops::softmax, above);
    const auto low = exact<double>(ops::softmax, below);
    for (std::size_t i = 0; i < n; ++i) {
      const double slope = (high[i].rounded - low[i].rounded) / (2 * h);
      BOOST_TEST(std::fabs(slope - jacobian[i * n + j]) < 1e-10);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
