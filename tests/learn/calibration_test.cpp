// Reliability diagrams, the expected calibration error and the Brier score.
#include "learn/calibration.hpp"

#include "numerics/random.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(calibration_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::learn;
using numerics::Random;
using numerics::Rows;
using Labels = std::vector<std::int32_t>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::vector<Prediction> predictions_of(const std::vector<double>& confidences, bool right = true) {
  std::vector<Prediction> all;
  for (const double c : confidences) all.push_back({0, c, right});
  return all;
}

// The position of the only bin that the confidence falls into.
std::size_t bin_of(double confidence, std::size_t bins) {
  const Reliability found = reliability(predictions_of({confidence}), bins);
  BOOST_TEST_REQUIRE(found.bins.size() == bins);
  std::size_t at = bins;
  for (std::size_t b = 0; b < bins; ++b)
    if (found.bins[b].count == 1) at = b;
  BOOST_TEST_REQUIRE(at < bins);
  return at;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_largest_probability_is_predicted) {
  const std::vector<double> p{0.2, 0.5, 0.3, 0.4, 0.4, 0.2, nan, 0.9, 0.1, 0.9, nan, 0.1};
  const auto found = predict({p.data(), 4, 3}, Labels{1, 1, 0, 0});
  BOOST_TEST_REQUIRE(found.size() == 4U);
  BOOST_TEST(found[0].predicted == 1);
  BOOST_TEST(found[0].confidence == 0.5);
  BOOST_TEST(found[0].right);
  BOOST_TEST(found[1].predicted == 0);
  BOOST_TEST(found[1].confidence == 0.4);
  BOOST_TEST(!found[1].right);
  for (const std::size_t i : {2U, 3U}) {
    BOOST_TEST(std::isnan(found[i].confidence));
    BOOST_TEST(!found[i].right);
  }
}

BOOST_AUTO_TEST_CASE(one_probability_is_that_of_class_1) {
  const std::vector<double> p{0.75, 0.25, 0.5, nan};
  const auto found = predict({p.data(), 4, 1}, Labels{1, 1, 0, 0});
  BOOST_TEST_REQUIRE(found.size() == 4U);
  const Labels predicted{1, 0, 0};
  const std::vector<double> confidences{0.75, 0.75, 0.5};
  const std::vector<bool> right{true, false, true};
  for (std::size_t i = 0; i < 3; ++i) {
    BOOST_TEST(found[i].predicted == predicted[i]);
    BOOST_TEST(found[i].confidence == confidences[i]);
    BOOST_TEST(found[i].right == right[i]);
  }
  BOOST_TEST(std::isnan(found[3].confidence));
  BOOST_TEST(!found[3].right);
}

BOOST_AUTO_TEST_CASE(a_bin_has_its_upper_edge_and_not_its_lower_one) {
  for (const std::size_t bins : {1U, 2U, 3U, 7U, 10U, 15U, 49U, 100U, 1000U})
    for (std::size_t b = 0; b < bins; ++b) {
      const double edge = static_cast<double>(b + 1) / static_cast<double>(bins);
      BOOST_TEST(bin_of(edge, bins) == b);
      BOOST_TEST(bin_of(std::nextafter(edge, 0.0), bins) == b);
      BOOST_TEST(bin_of(std::nextafter(edge, 2.0), bins) == std::min(b + 1, bins - 1));
    }
  BOOST_TEST(bin_of(0.3, 10) == 2U);
  BOOST_TEST(bin_of(0.7, 10) == 6U);
}

BOOST_AUTO_TEST_CASE(what_lies_outside_is_in_the_first_or_the_last_bin) {
  for (const double c : {0.0, -0.0, 1e-300, -1e-20}) BOOST_TEST(bin_of(c, 10) == 0U);
  for (const double c : {1.0, 1 + 1e-15, tests::inf<double>}) BOOST_TEST(bin_of(c, 10) == 9U);
}

BOOST_AUTO_TEST_CASE(bins_have_their_means) {
  std::vector<Prediction> all = predictions_of({0.5, 0.625, 1});
  all[1].right = false;
  const Reliability found = reliability(all, 4);
  BOOST_TEST(found.undefined == 0U);
  const std::vector<std::size_t> counts{0, 1, 1, 1};
  const std::vector<double> confidences{0, 0.5, 0.625, 1}, accuracies{0, 1, 0, 1};
  for (std::size_t b = 0; b < 4; ++b) {
    BOOST_TEST(found.bins[b].count == counts[b]);
    BOOST_TEST(found.bins[b].confidence == confidences[b]);
    BOOST_TEST(found.bins[b].accuracy == accuracies[b]);
  }
  // (|0.5 - 1| + |0.625 - 0| + |1 - 1|) / 3
  BOOST_TEST(expected_calibration_error(found) == 0.375);
  const Bin together = reliability(all, 1).bins[0];
  BOOST_TEST(together.count == 3U);
  BOOST_TEST(together.confidence == 2.125 / 3);
  BOOST_TEST(together.accuracy == 2. / 3);
  BOOST_TEST(together.gap() == 2.125 / 3 - 2. / 3);
}

// Gaps of opposite sign cancel within a bin, but not between bins.
BOOST_AUTO_TEST_CASE(bins_weigh_by_their_counts) {
  std::vector<Prediction> all = predictions_of({0.75, 0.75, 0.75, 0.25});
  all[0].right = false;
  BOOST_TEST(expected_calibration_error(reliability(all, 1)) == 0.125);
  // The bin of 0.75 has a gap of 0.75 - 2/3, and that of 0.25 has -0.75.
  BOOST_TEST(expected_calibration_error(reliability(all, 2)) == (0.25 + 0.75) / 4,
             boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(undefined_confidences_are_counted_and_make_the_error_undefined) {
  const Reliability found = reliability(predictions_of({1, nan, 1}), 5);
  BOOST_TEST(found.undefined == 1U);
  BOOST_TEST(found.bins[4].count == 2U);
  BOOST_TEST(std::isnan(expected_calibration_error(found)));
}

BOOST_AUTO_TEST_CASE(without_rows_there_is_no_error) {
  const Reliability found = reliability({}, 3);
  for (const Bin& bin : found.bins) {
    BOOST_TEST(bin.count == 0U);
    BOOST_TEST(bin.gap() == 0);
  }
  BOOST_TEST(std::isnan(expected_calibration_error(found)));
  BOOST_TEST(std::isnan(brier_score({nullptr, 0, 3}, {})));
  BOOST_TEST(predict({nullptr, 0, 3}, {}).empty());
}

// Labels are drawn from the probabilities themselves. With 10 bins, the mean absolute gap of a bin
// of n is at most about sqrt(2 / pi) / 2 sqrt(1 / n), so that the error is below
// 0.4 sqrt(10 / rows).
BOOST_AUTO_TEST_CASE(the_error_of_a_calibrated_classifier_tends_to_0) {
  Random random(3);
  for (const std::size_t rows : {1000U, 10000U, 100000U}) {
    std::vector<double> p;
    Labels y;
    for (std::size_t i = 0; i < rows; ++i) {
      const double a = random.uniform(), b = random.uniform(), c = random.uniform();
      for (const double x : {a, b, c}) p.push_back(x / (a + b + c));
      const double u = random.uniform() * (a + b + c);
      y.push_back(u < a ? 0 : u < a + b ? 1 : 2);
    }
    const auto all = predict({p.data(), rows, 3}, y);
    const double error = expected_calibration_error(reliability(all, 10));
    BOOST_TEST(error > 0);
    BOOST_TEST(error < 0.4 * std::sqrt(10.0 / static_cast<double>(rows)));
  }
}

BOOST_AUTO_TEST_CASE(brier_scores) {
  const std::vector<double> p{1, 0, 0, 0, 1, 0, 0.5, 0.25, 0.25};
  // 0, then 1 + 1, then 0.25 + 0.5625 + 0.0625
  BOOST_TEST(brier_score({p.data(), 3, 3}, Labels{0, 2, 1}) == (0 + 2 + 0.875) / 3);
  const std::vector<double> one{0.75, 0.25, 1}, two{0.25, 0.75, 0.75, 0.25, 0, 1};
  const Labels y{1, 0, 0};
  BOOST_TEST(brier_score({one.data(), 3, 1}, y) == brier_score({two.data(), 3, 2}, y));
  BOOST_TEST(brier_score({one.data(), 3, 1}, y) == (0.125 + 0.125 + 2) / 3);
}

BOOST_AUTO_TEST_SUITE_END()
