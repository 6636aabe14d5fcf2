// The interval around a median of ratios.
#include "measures/training_time.hpp"

#include <boost/test/unit_test.hpp>
#include <numeric>

using namespace maxtrick::measures;

namespace {

// The ratios 1, 2, ..., n.
std::string of_first(std::size_t n) {
  std::vector<double> reference(n), ones(n, 1.0);
  std::iota(reference.begin(), reference.end(), 1.0);
  return speed_ratio(reference, ones);
}

}  // namespace

// The largest k with P(fewer than k of n below the median) <= 2.5 %: 1 of 6, 4 of 15, 14 of 40
// (tables of the sign test).
BOOST_AUTO_TEST_CASE(the_interval_is_of_order_statistics) {
  BOOST_TEST(of_first(6) == "3.5 [1, 6]");
  BOOST_TEST(of_first(15) == "8 [4, 12]");
  BOOST_TEST(of_first(40) == "20.5 [14, 27]");
  BOOST_TEST(of_first(most_repeats) == "500 [469, 532]");
}

BOOST_AUTO_TEST_CASE(a_ratio_is_the_reference_by_the_time) {
  BOOST_TEST(speed_ratio({2, 2, 2, 2, 2, 2}, {1, 1, 1, 1, 1, 1}) == "2 [2, 2]");
}
