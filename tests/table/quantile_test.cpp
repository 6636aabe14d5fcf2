// Compares quantiles with NumPy's default method (numpy.quantile, "linear"): the q-quantile of n
// values is at position q (n - 1) of the sorted values.
#include "table/quantile.hpp"

#include "test.hpp"

BOOST_AUTO_TEST_SUITE(quantile_test)

using maxtrick::table::quantile;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

// numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6, 5, 3], q); the sorted values are 1 1 2 3 3 4 5 5 6 9.
BOOST_AUTO_TEST_CASE(between_two_values_linearly) {
  const std::vector<double> values{3, 1, 4, 1, 5, 9, 2, 6, 5, 3};
  const auto near = boost::test_tools::tolerance(1e-15);
  BOOST_TEST(quantile(values, 0) == 1);
  BOOST_TEST(quantile(values, 0.1) == 1, near);
  BOOST_TEST(quantile(values, 0.25) == 2.25);
  BOOST_TEST(quantile(values, 0.5) == 3.5);
  BOOST_TEST(quantile(values, 0.75) == 5);
  BOOST_TEST(quantile(values, 0.9) == 6.3, near);
  BOOST_TEST(quantile(values, 1) == 9);
}

// numpy.quantile([-2, 8, 0.5], [0.25, 0.5, 0.75]), and the 40th percentile of [15, 20, 35, 40, 50].
BOOST_AUTO_TEST_CASE(an_odd_number_of_values) {
  BOOST_TEST(quantile({-2, 8, 0.5}, 0.25) == -0.75);
  BOOST_TEST(quantile({-2, 8, 0.5}, 0.5) == 0.5);
  BOOST_TEST(quantile({-2, 8, 0.5}, 0.75) == 4.25);
  BOOST_TEST(quantile({15, 20, 35, 40, 50}, 0.4) == 29, boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE(one_value_is_every_quantile) {
  for (const double q : {0.0, 0.3, 1.0}) {
    BOOST_TEST(quantile({7}, q) == 7);
    BOOST_TEST(quantile({inf}, q) == inf);
    BOOST_TEST(std::isnan(quantile({not_a_number}, q)));
  }
}

BOOST_AUTO_TEST_CASE(nan_is_last) {
  const std::vector<double> values{not_a_number, 2, not_a_number, 1, inf};  // 1 2 inf nan nan
  BOOST_TEST(quantile(values, 0) == 1);
  BOOST_TEST(quantile(values, 0.25) == 2);
  BOOST_TEST(quantile(values, 0.5) == inf);
  for (const double q : {0.6, 0.75, 0.9, 1.0}) BOOST_TEST(std::isnan(quantile(values, q)));
}

BOOST_AUTO_TEST_CASE(an_infinity_of_which_nothing_is_wanted_does_no_harm) {
  BOOST_TEST(quantile({inf, 1, 2}, 0.5) == 2);
  BOOST_TEST(quantile({-inf, 1, 2}, 0.5) == 1);
  BOOST_TEST(quantile({-inf, inf, 3}, 0.5) == 3);
}

// A quantile between a number and an infinity is the infinity. Between two equal infinities it is
// that infinity, where NumPy returns NaN.
BOOST_AUTO_TEST_CASE(between_infinities) {
  BOOST_TEST(quantile({1, inf}, 0.1) == inf);
  BOOST_TEST(quantile({1, inf}, 0.9) == inf);
  BOOST_TEST(quantile({-inf, 1}, 0.1) == -inf);
  BOOST_TEST(quantile({-inf, 1}, 0.9) == -inf);
  BOOST_TEST(quantile({1, inf, inf, inf}, 0.5) == inf);
  BOOST_TEST(quantile({-inf, -inf, -inf, 1}, 0.5) == -inf);
  BOOST_TEST(std::isnan(quantile({-inf, inf}, 0.5)));
}

BOOST_AUTO_TEST_CASE(equal_values_are_their_quantile_exactly) {
  const double third = 1.0 / 3;
  for (const double q : {0.1, 0.37, 0.5, 0.99})
    BOOST_TEST(quantile({third, third, third}, q) == third);
}

BOOST_AUTO_TEST_SUITE_END()
