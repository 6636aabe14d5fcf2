// The installed library satisfies the error bounds and special values that maxtrick/maxtrick.hpp
// claims, compared with the oracle.
#include "maxtrick/maxtrick.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"
#include "random_rows.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(api_claims_test)

namespace {

using maxtrick::Algorithm;
using maxtrick::ConstMatrix;
using maxtrick::Matrix;
namespace numerics = maxtrick::numerics;
namespace ops = maxtrick::ops;
namespace oracle = maxtrick::oracle;
using namespace maxtrick::tests;
using numerics::Random;
using Row = std::vector<float>;

constexpr double infinite = INFINITY;

double claimed_ulp(Algorithm algorithm) {
  return algorithm == Algorithm::correct ? 0.5 : algorithm == Algorithm::accurate ? 1 : 6;
}

Row softmax(const Row& x, Algorithm algorithm) {
  Row y(x.size());
  maxtrick::softmax({x, 1, x.size()}, {y, 1, x.size()}, {algorithm});
  return y;
}

Row log_softmax(const Row& x, Algorithm algorithm) {
  Row y(x.size());
  maxtrick::log_softmax({x, 1, x.size()}, {y, 1, x.size()}, {algorithm});
  return y;
}

float log_sum_exp(const Row& x, Algorithm algorithm) {
  Row y(1);
  maxtrick::log_sum_exp({x, 1, x.size()}, y, {algorithm});
  return y[0];
}

// Returns rows whose log-sum-exp would be 0 but for rounding errors, increasingly close to 0:
// log-probabilities, or a logit near 0 and the one that completes its probability to 1.
Row cancelling_row(Random& random, std::size_t i) {
  if (i % 2 == 0) return log_softmax(random_row<float>(random, i, 30, 40), Algorithm::accurate);
  const float first = -static_cast<float>(std::exp(-random.uniform(0, 30)));
  return {first, static_cast<float>(std::log(-std::expm1(first)))};
}

}  // namespace

BOOST_AUTO_TEST_CASE(errors_are_within_the_claims) {
  Random random(1);
  for (const Algorithm algorithm : {Algorithm::fast, Algorithm::accurate, Algorithm::correct}) {
    const double claim = claimed_ulp(algorithm);
    double worst = 0;
    for (std::size_t i = 0; i < 700; ++i) {
      Row x = random_row<float>(random, i, i % 2 == 0 ? 10 : 120, 200);
      // `fast` has kernels of its own only for log-softmax of more than 32 classes and softmax of more than 2048. The
      // first row is the worst one known; the further classes are negligible.
      if (algorithm == Algorithm::fast) {
        if (i == 0) x = {10.7832451F, -4.91817093F, -10.048069F, 6.62976694F};
        x.resize(i % 4 < 2 ? 150 : 2049, -400);
      }
      const std::size_t n = x.size(), t = random.below(n);
      worst = std::max(worst, worst_ulp(ops::softmax, x, softmax(x, algorithm)));
      worst = std::max(worst, worst_ulp(ops::log_softmax, x, log_softmax(x, algorithm)));

      const float scale = std::ldexp(1.0F, static_cast<int>(random.below(20)) - 12);
      const std::vector<std::int32_t> target{static_cast<std::int32_t>(t)};
      Row loss(1), alone(1), gradient(n);
      maxtrick::cross_entropy({x, 1, n}, target, alone, {algorithm});
      maxtrick::cross_entropy_gradient({x, 1, n}, target, loss, {gradient, 1, n}, scale,
                                       {algorithm});
      const auto log_p = oracle::exact<float>(ops::log_softmax, x)[t];
      worst = std::max(
          {worst, numerics::error_ulp(log_p, -loss[0]), numerics::error_ulp(log_p, -alone[0])});
      worst = std::max(worst, worst_ulp_of_gradient(x, t, scale, gradient));
      BOOST_TEST_REQUIRE(worst <= claim, "row " << i << ", " << n << " classes");
    }
    BOOST_TEST(worst > 0.5 * claim);  // the claim is not too loose
  }
}

BOOST_AUTO_TEST_CASE(log_sum_exp_is_within_its_claims_where_logits_cancel_too) {
  Random random(2);
  double worst = 0, worst_fast = 0, worst_fast_in_its_own = 0, least = 1;
  for (std::size_t i = 0; i < 3000; ++i) {
    // In a third of the rows the result cancels, but not so much that more than m + L is needed.
    const Row x = i % 3 == 0   ? cancelling_row(random, i / 3)
                  : i % 3 == 1 ? Row{pick(random, -1, 0), pick(random, -0.1, 0.1)}
                               : random_row<float>(random, i, 120, 200);
    const auto exact = oracle::exact<float>(ops::log_sum_exp, x)[0];
    const double y = exact.value(), above = y - double{*std::max_element(x.begin(), x.end())};
    worst = std::max(worst, numerics::absolute_error(exact, log_sum_exp(x, Algorithm::accurate)) /
                                claim_unit<float>(y, 0x1p-70));
    const float fast = log_sum_exp(x, Algorithm::fast);
    worst_fast =
        std::max(worst_fast, numerics::absolute_error(exact, fast) / claim_unit<float>(y, above));
    worst_fast_in_its_own = std::max(worst_fast_in_its_own, numerics::error_ulp(exact, fast));
    if (y != 0) least = std::min(least, std::abs(y));
    BOOST_TEST_REQUIRE(worst <= 1, "row " << i << ": " << y);
    BOOST_TEST_REQUIRE(worst_fast <= 1, "row " << i << ": " << y);
  }
  BOOST_TEST(worst > 0.5);
  BOOST_TEST(worst_fast > 0.5);
  BOOST_TEST(least < 0x1p-60);
  // The header warns of this error. If it no longer occurs, the warning must be removed.
  BOOST_TEST(worst_fast_in_its_own > 0x1p24);
}

// A scale rounds each logit once before the kernels read it. The products in double are exact enough
// for the oracle.
BOOST_AUTO_TEST_CASE(a_scale_adds_the_error_that_is_stated) {
  Random random(4);
  double worst = 0, worst_with_power_of_two = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    const Row x = random_row<float>(random, i, 100, 200);
    for (const double scale : {0.3, 0.25}) {
      std::vector<double> wide;
      double largest = 0;
      for (const float logit : x) {
        wide.push_back(scale * static_cast<double>(logit));
        largest = std::max(largest, std::fabs(wide.back()));
      }
      const auto log_p = oracle::exact<double>(ops::log_softmax, wide),
                 p = oracle::exact<double>(ops::softmax, wide);
      Row got_log(x.size()), got(x.size());
      maxtrick::log_softmax({x, 1, x.size()}, {got_log, 1, x.size()}, {.logit_scale = scale});
      maxtrick::softmax({x, 1, x.size()}, {got, 1, x.size()}, {.logit_scale = scale});
      const double shift = scale == 0.25 ? 0 : 0x1p-23 * largest;
      double& error = scale == 0.25 ? worst_with_power_of_two : worst;
      for (std::size_t k = 0; k < x.size(); ++k) {
        const double due = log_p[k].value(), y = p[k].value();
        error = std::max(
            {error,
             std::fabs(static_cast<double>(got_log[k]) - due) / (numerics::ulp<float>(due) + shift),
             std::fabs(static_cast<double>(got[k]) - y) /
                 (numerics::ulp<float>(y) + std::expm1(shift) * y)});
      }
    }
  }
  BOOST_TEST(worst <= 1);
  BOOST_TEST(worst > 0.2);
  BOOST_TEST(worst_with_power_of_two <= 1);
  BOOST_TEST(worst_with_power_of_two > 0.4);
}

// Rows that cancel are distributed over the threads separately.
BOOST_AUTO_TEST_CASE(threads_change_no_log_sum_exp_of_log_probabilities) {
  Random random(3);
  const std::size_t rows = 150, classes = 20;
  std::vector<float> log_p(rows * classes), alone(rows), sums(rows);
  for (float& x : log_p) x = static_cast<float>(4 * random.normal());
  maxtrick::log_softmax({log_p, rows, classes}, {log_p, rows, classes});
  maxtrick::log_sum_exp({log_p, rows, classes}, alone);
  maxtrick::log_sum_exp({log_p, rows, classes}, sums, {Algorithm::accurate, 3});
  BOOST_TEST(sums == alone, boost::test_tools::per_element());
  const auto [least, most] = std::minmax_element(alone.begin(), alone.end());
  BOOST_TEST((*least < 0 && *least > -1e-6F && *most > 0 && *most < 1e-6F));
}

BOOST_AUTO_TEST_CASE(special_values) {
  auto rows = special_rows();
  rows.push_back({-1e-45F, -103.6F});
  for (const Row& x : rows)
    for (const Algorithm algorithm : {Algorithm::fast, Algorithm::accurate, Algorithm::correct}) {
      const double claim = claimed_ulp(algorithm);
      const Row p = softmax(x, algorithm), log_p = log_softmax(x, algorithm),
                sum{log_sum_exp(x, algorithm)};
      BOOST_TEST(worst_ulp(ops::softmax, x, p) <= claim);
      BOOST_TEST(worst_ulp(ops::log_softmax, x, log_p) <= claim);
      BOOST_TEST(worst_ulp(ops::log_sum_exp, x, sum) <= claim);
      for (const Row* y : {&p, &log_p, &sum})
        for (const float yi : *y) BOOST_TEST((yi != 0 || !std::signbit(yi)));

      // Losses and gradients have the special values of the log-softmax and the softmax of their
      // row.
      Row loss(1), gradient(x.size());
      maxtrick::cross_entropy_gradient({x, 1, x.size()}, std::vector<std::int32_t>{0}, loss,
                                       {gradient, 1, x.size()}, 1, {algorithm});
      BOOST_TEST((loss[0] == -log_p[0] || (std::isnan(loss[0]) && std::isnan(log_p[0]))));
      for (std::size_t i = 0; i < x.size(); ++i)
        BOOST_TEST(std::isnan(gradient[i]) == std::isnan(p[i]));
    }
  const std::vector<std::int32_t> masked{1};
  Row loss(1), gradient(2);
  const Row x{3, -INFINITY};
  maxtrick::cross_entropy_gradient({x, 1, 2}, masked, loss, {gradient, 1, 2});
  BOOST_TEST(loss[0] == infinite);
  BOOST_TEST(gradient == (Row{1, -1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
