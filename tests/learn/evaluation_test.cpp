// The evaluation of a network after training, in float64 and with exact losses.
#include "lab.hpp"
#include "ops/log_softmax.hpp"
#include "oracle/oracle.hpp"

BOOST_AUTO_TEST_SUITE(evaluation_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::learn;
using namespace maxtrick::tests;
using numerics::Random;

constexpr double inf = std::numeric_limits<double>::infinity();

}  // namespace

BOOST_AUTO_TEST_CASE(widened_is_the_same_network_exactly) {
  Random random(8);
  const auto narrow = lab_network(random);
  const auto wide = widened(narrow, 5);
  BOOST_TEST(wide.most_rows() == 5U);
  BOOST_REQUIRE(wide.layers().size() == narrow.layers().size());
  for (std::size_t l = 0; l < narrow.layers().size(); ++l) {
    BOOST_TEST(wide.layers()[l].inputs == narrow.layers()[l].inputs);
    BOOST_TEST(wide.layers()[l].outputs == narrow.layers()[l].outputs);
  }
  BOOST_REQUIRE(wide.parameters().size() == narrow.parameters().size());
  for (std::size_t i = 0; i < wide.parameters().size(); ++i)
    BOOST_TEST(wide.parameters()[i] == double{narrow.parameters()[i]});
}

BOOST_AUTO_TEST_CASE(logits_of_all_examples_are_made_some_at_a_time) {
  const Examples examples(lab_data(50));
  Random random(8);
  const auto network = lab_network(random);
  auto at_once = widened(network, 50), by_seven = widened(network, 7);
  const auto expected = logits(at_once, examples);
  BOOST_TEST(expected.size() == 200U);
  BOOST_TEST(logits(by_seven, examples) == expected, boost::test_tools::tolerance(1e-12)
                                                         << boost::test_tools::per_element());
  // The logits of a single example.
  Network<double> one = widened(network, 1);
  const std::vector<double> x{double{examples.X[33]}, double{examples.X[83]}, 1};
  const auto z = one.forward({x.data(), 1}, 1);
  for (std::size_t j = 0; j < 4; ++j)
    BOOST_TEST(expected[4 * 33 + j] == z.row(0)[j], boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(predictions_are_the_first_largest_or_the_side_of_zero) {
  const std::vector<double> three{1, 3, 2, -1, -1, -5, 0, NAN, 9};
  BOOST_TEST(predictions({three.data(), 3, 3}) == (std::vector<std::int32_t>{1, 0, 1}),
             boost::test_tools::per_element());
  const std::vector<double> one{-0.5, 0, 1e-300, inf, NAN};
  BOOST_TEST(predictions({one.data(), 5, 1}) == (std::vector<std::int32_t>{0, 0, 1, 1, 0}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(exact_loss_is_the_oracles) {
  Random random(7);
  for (const double scale : {0.1, 3.0, 40.0, 2000.0}) {
    constexpr std::size_t rows = 40;
    const auto loss = [](const std::vector<double>& row, std::size_t label) {
      return -oracle::exact<double>(ops::log_softmax, std::span<const double>(row))
                  .at(label)
                  .value();
    };
    for (const std::size_t columns : {2U, 5U}) {
      std::vector<double> z(rows * columns);
      std::vector<std::int32_t> labels;
      double sum = 0;
      for (double& x : z) x = scale * random.normal();
      for (std::size_t i = 0; i < rows; ++i) {
        labels.push_back(static_cast<std::int32_t>(random.below(columns)));
        sum += loss({z.begin() + static_cast<std::ptrdiff_t>(i * columns),
                     z.begin() + static_cast<std::ptrdiff_t>((i + 1) * columns)},
                    static_cast<std::size_t>(labels.back()));
      }
      BOOST_TEST(exact_loss({z.data(), rows, columns}, labels) == sum / rows,
                 boost::test_tools::tolerance(1e-14));
      // One logit stands for two, of which the first is 0.
      double binary = 0;
      for (std::size_t i = 0; i < rows; ++i)
        binary += loss({0, z[i]}, static_cast<std::size_t>(labels[i] = labels[i] > 0));
      BOOST_TEST(exact_loss({z.data(), rows, 1}, labels) == binary / rows,
                 boost::test_tools::tolerance(1e-14));
    }
  }
  // The loss is far below the smallest value that the logarithm of a sum can distinguish from 0. (A
  // tolerance of Boost.Test would be absolute near 0.)
  const std::vector<double> sure{60, 0, -60};
  const std::vector<std::int32_t> zero{0};
  BOOST_TEST(std::abs(exact_loss({sure.data(), 1, 2}, zero) / std::exp(-60) - 1) < 1e-14);
  BOOST_TEST(std::abs(exact_loss({sure.data() + 2, 1, 1}, zero) / std::exp(-60) - 1) < 1e-14);
}

BOOST_AUTO_TEST_SUITE_END()
