// Cross-entropy with a coefficient for each class, compared with the oracle and with the errors that
// maxtrick/maxtrick.hpp states.
#include "maxtrick/maxtrick.hpp"
#include "numerics/compensated_sum.hpp"
#include "numerics/error.hpp"
#include "ops/log_softmax.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"
#include "random_rows.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(api_coefficients_test)

namespace {

using maxtrick::Algorithm;
namespace numerics = maxtrick::numerics;
namespace ops = maxtrick::ops;
namespace oracle = maxtrick::oracle;
using namespace maxtrick::tests;
using numerics::Random;
using Row = std::vector<float>;

constexpr Algorithm algorithms[] = {Algorithm::fast, Algorithm::accurate, Algorithm::correct};

// What the header states for a loss and a gradient beside the final rounding.
struct Claim {
  double of_log_sum, of_probability;
};
Claim claim_of(Algorithm algorithm) {
  if (algorithm == Algorithm::correct) return {0x1p-45, 0.5};
  return algorithm == Algorithm::accurate ? Claim{0x1p-25, 1} : Claim{0x1p-22, 6};
}

// Coefficients of many kinds: one class, a distribution, numbers of both signs, many zeros.
Row some_coefficients(Random& random, std::size_t i, std::size_t classes) {
  Row c(classes);
  if (i % 4 == 0) c[random.below(classes)] = 1;
  double sum = 0;
  for (float& one : c) {
    if (i % 4 == 1) one = static_cast<float>(random.uniform(0, 1));
    if (i % 4 == 2) one = static_cast<float>(10 * random.normal());
    if (i % 4 == 3 && random.below(3) == 0) one = static_cast<float>(random.uniform(0, 2));
    sum += static_cast<double>(one);
  }
  if (i % 4 == 1)
    for (float& one : c) one = static_cast<float>(static_cast<double>(one) / sum);
  return c;
}

std::vector<double> values(ops::Op op, const Row& x) {
  const std::vector<double> wide(x.begin(), x.end());
  std::vector<double> y;
  for (const auto& exact : oracle::exact<double>(op, wide)) y.push_back(exact.value());
  return y;
}

struct Got {
  Row loss = Row(1), alone = Row(1), gradient;
};
Got results_of(const Row& x, const Row& c, float scale, Algorithm algorithm) {
  Got got;
  const std::size_t n = x.size();
  got.gradient.resize(n);
  maxtrick::cross_entropy({x, 1, n}, maxtrick::ConstMatrix{c, 1, n}, got.alone, {algorithm});
  maxtrick::cross_entropy_gradient({x, 1, n}, maxtrick::ConstMatrix{c, 1, n}, got.loss,
                                   {got.gradient, 1, n}, scale, {algorithm});
  return got;
}

}  // namespace

BOOST_AUTO_TEST_CASE(errors_are_within_the_claims) {
  Random random(1);
  for (const Algorithm algorithm : algorithms) {
    const Claim claim = claim_of(algorithm);
    double worst_loss = 0, worst_gradient = 0, worst_of_positive = 0;
    for (std::size_t i = 0; i < 700; ++i) {
      const Row x = random_row<float>(random, i, i % 2 == 0 ? 10 : 120, 200);
      const std::size_t n = x.size();
      const Row c = some_coefficients(random, i, n);
      const float scale = std::ldexp(1.0F, static_cast<int>(random.below(20)) - 12);
      const Got got = results_of(x, c, scale, algorithm);
      BOOST_TEST_REQUIRE(same_bits(got.loss, got.alone));

      const auto log_p = values(ops::log_softmax, x), p = values(ops::softmax, x);
      numerics::Sum loss, all, absolute;
      bool positive = true;
      for (std::size_t k = 0; k < n; ++k) {
        const auto factor = static_cast<double>(c[k]);
        loss += -factor * log_p[k];
        all += factor;
        absolute += std::fabs(factor * log_p[k]);
        positive = positive && factor >= 0;
      }
      const double due = loss.value(), sum = all.value();
      // log sum e^x - max x is minus the largest log-probability.
      const double above = -*std::max_element(log_p.begin(), log_p.end());
      const double error = std::fabs(static_cast<double>(got.loss[0]) - due),
                   unit = numerics::ulp<float>(due);
      const double bound =
          0.5 * unit + claim.of_log_sum * std::fabs(sum) * above + 0x1p-51 * absolute.value();
      worst_loss = std::max(worst_loss, error / bound);
      if (positive) worst_of_positive = std::max(worst_of_positive, error / unit);
      for (std::size_t k = 0; k < n; ++k) {
        const double entry = double{scale} * (p[k] * sum - static_cast<double>(c[k]));
        const double allowed =
            0.5 * numerics::ulp<float>(entry) +
            double{scale} * std::fabs(sum) * claim.of_probability * numerics::ulp<float>(p[k]) +
            0x1p-51 * double{scale} * std::fabs(static_cast<double>(c[k]));
        worst_gradient = std::max(
            worst_gradient, std::fabs(static_cast<double>(got.gradient[k]) - entry) / allowed);
      }
      BOOST_TEST_REQUIRE(worst_loss <= 1, "row " << i << ", " << n << " classes");
      BOOST_TEST_REQUIRE(worst_gradient <= 1, "row " << i << ", " << n << " classes");
    }
    BOOST_TEST(worst_loss > 0.5);  // the claims are not too loose
    BOOST_TEST(worst_gradient > 0.5);
    BOOST_TEST(worst_of_positive <= (algorithm == Algorithm::fast ? 4.6 : 1.0));
  }
}

// A coefficient of 1 for one class is that class as the target.
BOOST_AUTO_TEST_CASE(one_class_is_a_target) {
  Random random(2);
  for (std::size_t i = 0; i < 200; ++i) {
    const Row x = random_row<float>(random, i, 40, 200);
    const std::size_t n = x.size(), t = random.below(n);
    Row c(n), loss(1);
    c[t] = 1;
    maxtrick::cross_entropy({x, 1, n}, std::vector<std::int32_t>{static_cast<std::int32_t>(t)},
                            loss);
    const Got got = results_of(x, c, 1, Algorithm::accurate);
    BOOST_TEST(std::fabs(double{got.loss[0]} - double{loss[0]}) <=
               2 * numerics::ulp<float>(static_cast<double>(loss[0])));
  }
}

BOOST_AUTO_TEST_CASE(special_values) {
  const auto is_nan = [](float x) { return std::isnan(x); };
  for (const Algorithm algorithm : algorithms) {
    for (const Row& x : {Row{1, NAN}, Row{INFINITY, 1}, Row{-INFINITY, -INFINITY}})
      for (const Row& c : {Row{0, 0}, Row{1, 0}, Row{0.5F, 0.5F}}) {
        const Got got = results_of(x, c, 1, algorithm);
        BOOST_TEST(is_nan(got.loss[0]));
        BOOST_TEST((is_nan(got.gradient[0]) && is_nan(got.gradient[1])));
      }
    // A masked class adds nothing if its coefficient is 0; else the loss is infinite.
    const Row masked{3, -INFINITY};
    BOOST_TEST(results_of(masked, {1, 0}, 1, algorithm).loss[0] == 0);
    BOOST_TEST(results_of(masked, {1, 0.5F}, 1, algorithm).loss[0] == INFINITY);
    BOOST_TEST(results_of(masked, {1, -0.5F}, 1, algorithm).loss[0] == -INFINITY);
    BOOST_TEST(is_nan(results_of({-INFINITY, -INFINITY, 0}, {1, -1, 0}, 1, algorithm).loss[0]));
    BOOST_TEST(results_of(masked, {1, 0}, 1, algorithm).gradient == (Row{0, 0}),
               boost::test_tools::per_element());
    BOOST_TEST(results_of(masked, {0, 2}, 0.5F, algorithm).gradient == (Row{1, -1}),
               boost::test_tools::per_element());
    BOOST_TEST(is_nan(results_of({1, 2}, {1, NAN}, 1, algorithm).loss[0]));
    // No result is -0.
    for (const Row& c : {Row{0, 0}, Row{-1, 0}, Row{0, -1}}) {
      const Got got = results_of({200, -200}, c, 1, algorithm);
      for (const float y : {got.loss[0], got.gradient[0], got.gradient[1]})
        BOOST_TEST((y != 0 || !std::signbit(y)));
    }
  }
}

BOOST_AUTO_TEST_CASE(threads_change_no_bit) {
  Random random(3);
  const std::size_t rows = 300, classes = 400;
  Row x(rows * classes), c(rows * classes);
  for (float& one : x) one = static_cast<float>(5 * random.normal());
  for (float& one : c) one = static_cast<float>(random.normal());
  const auto run = [&](unsigned threads) {
    std::pair<Row, Row> result{Row(rows), Row(rows * classes)};
    maxtrick::cross_entropy_gradient({x, rows, classes}, maxtrick::ConstMatrix{c, rows, classes},
                                     result.first, {result.second, rows, classes}, 1,
                                     {Algorithm::accurate, threads});
    return result;
  };
  BOOST_TEST((run(1) == run(3)));
}

BOOST_AUTO_TEST_SUITE_END()
