// The temperature with the smallest negative log-likelihood.
#include "learn/temperature.hpp"

#include "numerics/random.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(temperature_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::learn;
using boost::test_tools::tolerance;
using numerics::Random;
using numerics::Rows;
using Labels = std::vector<std::int32_t>;

struct Sample {
  std::size_t classes;
  std::vector<double> logits;
  Labels labels;
  [[nodiscard]] Rows<const double> rows() const { return {logits.data(), labels.size(), classes}; }
};

// Logits whose softmax is the distribution from which the labels are drawn.
Sample calibrated(std::size_t rows, std::size_t classes, std::uint64_t seed) {
  Random random(seed);
  Sample sample{classes, {}, {}};
  for (std::size_t i = 0; i < rows; ++i) {
    std::vector<double> weights;
    for (std::size_t k = 0; k < classes; ++k) {
      sample.logits.push_back(random.uniform(-3, 3));
      weights.push_back(std::exp(sample.logits.back()));
    }
    double u = random.uniform() * std::accumulate(weights.begin(), weights.end(), 0.0);
    std::int32_t label = 0;
    for (; label + 1 < static_cast<std::int32_t>(classes); ++label) {
      u -= weights[static_cast<std::size_t>(label)];
      if (u < 0) break;
    }
    sample.labels.push_back(label);
  }
  return sample;
}

Sample scaled(Sample sample, double factor) {
  for (double& z : sample.logits) z *= factor;
  return sample;
}

}  // namespace

// The standard error of the fitted temperature is 1 / sqrt(rows * variance), with a variance of the
// logits of about 1.
BOOST_AUTO_TEST_CASE(a_known_temperature_is_recovered) {
  const Sample sample = calibrated(20000, 4, 1);
  const double one = fit_temperature(sample.rows(), sample.labels).value;
  BOOST_TEST(std::abs(one - 1) < 4 / std::sqrt(20000.0));
  for (const double factor : {0.125, 0.3, 2.0, 5.0, 40.0}) {
    const Sample hot = scaled(sample, factor);
    const Temperature found = fit_temperature(hot.rows(), hot.labels);
    BOOST_TEST(!found.at_limit);
    // The same minimum, in other units.
    BOOST_TEST(found.value == factor * one, tolerance(1e-9));
    BOOST_TEST(negative_log_likelihood(hot.rows(), hot.labels, factor) ==
                   negative_log_likelihood(sample.rows(), sample.labels),
               tolerance(1e-13));
  }
}

BOOST_AUTO_TEST_CASE(no_other_temperature_has_a_smaller_loss) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    const Sample sample = scaled(calibrated(50, 3, seed), 3);
    const double best = fit_temperature(sample.rows(), sample.labels).value;
    const double least = negative_log_likelihood(sample.rows(), sample.labels, best);
    for (double t = lowest_temperature; t <= highest_temperature; t *= 1.05)
      BOOST_TEST(negative_log_likelihood(sample.rows(), sample.labels, t) >= least);
    for (const double near : {1 - 1e-4, 1 + 1e-4})
      BOOST_TEST(negative_log_likelihood(sample.rows(), sample.labels, near * best) > least);
  }
}

// The mean and the label of a row (0, z) with one of two labels: of n rows with z = a, k have label
// 1. The loss is smallest where 1 / (1 + exp(-a / T)) = k / n.
BOOST_AUTO_TEST_CASE(two_classes_have_a_closed_form) {
  const std::vector<double> one(10, 3.0);
  std::vector<double> two;
  for (int i = 0; i < 10; ++i) two.insert(two.end(), {-1, 2});
  const Labels labels{1, 1, 1, 1, 1, 1, 1, 0, 0, 1};
  const double expected = 3 / std::log(8.0 / 2);
  BOOST_TEST(fit_temperature({one.data(), 10, 1}, labels).value == expected, tolerance(1e-9));
  BOOST_TEST(fit_temperature({two.data(), 10, 2}, labels).value == expected, tolerance(1e-9));
  const double loss = -0.8 * std::log(0.8) - 0.2 * std::log(0.2);
  BOOST_TEST(negative_log_likelihood({one.data(), 10, 1}, labels, expected) == loss,
             tolerance(1e-12));
  BOOST_TEST(negative_log_likelihood({two.data(), 10, 2}, labels, expected) == loss,
             tolerance(1e-12));
}

// Every label has the largest logit: the loss falls until the temperature is 0.
BOOST_AUTO_TEST_CASE(separable_examples_take_the_lowest_temperature) {
  const std::vector<double> z{1, 0, 0, 0, 0.5, 0.2, 0, 0, 3};
  const Labels labels{0, 1, 2};
  const Temperature found = fit_temperature({z.data(), 3, 3}, labels);
  BOOST_TEST(found.value == lowest_temperature);
  BOOST_TEST(found.at_limit);
  BOOST_TEST(negative_log_likelihood({z.data(), 3, 3}, labels, found.value) < 1e-12);
  // With a distance of 1e4 the derivative underflows to 0 at the limit.
  const std::vector<double> wide{1e4, 0, 0, 1e4};
  const Temperature of_wide = fit_temperature({wide.data(), 2, 2}, Labels{0, 1});
  BOOST_TEST(of_wide.value == lowest_temperature);
  BOOST_TEST(of_wide.at_limit);
}

BOOST_AUTO_TEST_CASE(misleading_logits_take_the_highest_temperature) {
  const std::vector<double> z{2, 0, 0, 2};
  const Temperature found = fit_temperature({z.data(), 2, 2}, Labels{1, 0});
  BOOST_TEST(found.value == highest_temperature);
  BOOST_TEST(found.at_limit);
}

BOOST_AUTO_TEST_CASE(without_information_there_is_no_fit) {
  const std::vector<double> equal{2, 2, -1, -1};
  const Temperature constant = fit_temperature({equal.data(), 2, 2}, Labels{1, 0});
  BOOST_TEST(constant.value == 1);
  BOOST_TEST(constant.at_limit);
  BOOST_TEST(std::isnan(fit_temperature({nullptr, 0, 2}, {}).value));
  BOOST_TEST(std::isnan(negative_log_likelihood({nullptr, 0, 2}, {})));
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), tests::inf<double>}) {
    const std::vector<double> z{0, 1, bad, 0};
    const Temperature found = fit_temperature({z.data(), 2, 2}, Labels{0, 1});
    BOOST_TEST(std::isnan(found.value));
    BOOST_TEST(!found.at_limit);
  }
}

BOOST_AUTO_TEST_CASE(the_loss_does_not_overflow) {
  const std::vector<double> z{1e4, 0, -1e4, 5000};
  BOOST_TEST(negative_log_likelihood({z.data(), 2, 2}, Labels{0, 1}) == 0);
  BOOST_TEST(negative_log_likelihood({z.data(), 2, 2}, Labels{1, 0}) == 12500);
}

BOOST_AUTO_TEST_SUITE_END()
