// Confidence intervals of medians of ratios, and the verdicts on claims that follow from them.
#include "table/interval.hpp"

#include "test.hpp"

BOOST_AUTO_TEST_SUITE(interval_test)

using namespace maxtrick::table;

namespace {

// Returns the interval for the ratios 1, 2, ..., n.
std::string of_first(std::size_t n) {
  std::vector<double> reference(n), ones(n, 1.0);
  std::iota(reference.begin(), reference.end(), 1.0);
  return cell(median_ratio(reference, ones));
}

std::string judged(const char* interval, double at_least) {
  return std::string(name(judge(marked(parse_interval(interval).value(), 0.5), at_least)));
}

}  // namespace

// The interval starts at the k-th value, for the largest k with P(fewer than k of n below the
// median) <= 2.5 %: 1 of 6, 4 of 15, 14 of 40 (tables of the sign test).
BOOST_AUTO_TEST_CASE(the_interval_is_of_order_statistics) {
  BOOST_TEST(of_first(6) == "3.5 [1, 6]");
  BOOST_TEST(of_first(15) == "8 [4, 12]");
  BOOST_TEST(of_first(40) == "20.5 [14, 27]");
  BOOST_TEST(of_first(most_pairs) == "500 [469, 532]");
}

BOOST_AUTO_TEST_CASE(a_ratio_is_the_reference_by_the_time) {
  BOOST_TEST(cell(median_ratio({2, 2, 2, 2, 2, 2}, {1, 1, 1, 1, 1, 1})) == "2 [2, 2]");
}

BOOST_AUTO_TEST_CASE(a_cell_is_read_back) {
  const auto interval = parse_interval("1.25 [1.21, 1.28]");
  BOOST_REQUIRE(interval);
  BOOST_TEST(cell(*interval) == "1.25 [1.21, 1.28]");
  for (const char* bad : {"", "2", "2 [1.8, 2.2", "2 [1.8 2.2]", "[1.8, 2.2]", "2 [, ]",
                          "2 [2.1, 2.2]", "2 [1.8, 1.9]", "nan [nan, nan]", "2, 3 [1, 4]",
                          "2 [1.8, 2.2] (narrow)", "2 [1.8, 2.2](wide)"})
    BOOST_TEST(!parse_interval(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_wide_interval_is_marked) {
  const auto shown = [](Interval interval) { return cell(marked(interval, 0.5)); };
  BOOST_TEST(shown({2, 1.5, 2.5}) == "2 [1.5, 2.5]");
  BOOST_TEST(shown({2, 1.5, 2.51}) == "2 [1.5, 2.51] (wide)");
  BOOST_TEST(parse_interval("2 [1.5, 2.51] (wide)").value().wide);
  BOOST_TEST(!parse_interval("2 [1.5, 2.51]").value().wide);
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  BOOST_TEST(marked({nan, nan, nan}, 0.5).wide);
}

BOOST_AUTO_TEST_CASE(a_claim_is_judged_by_the_whole_interval) {
  BOOST_TEST(judged("2 [1.8, 2.2]", 1.8) == "holds");
  BOOST_TEST(judged("2 [1.8, 2.2]", 1.9) == "noisy");
  BOOST_TEST(judged("2 [1.8, 2.2]", 2.2) == "noisy");
  BOOST_TEST(judged("2 [1.8, 2.2]", 2.21) == "missed");
  // An interval that is wider than half the estimate confirms no miss.
  BOOST_TEST(judged("2 [1.5, 2.51]", 1) == "holds");
  BOOST_TEST(judged("2 [1.5, 2.5]", 3) == "missed");
  BOOST_TEST(judged("2 [1.5, 2.51]", 3) == "noisy");
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  BOOST_CHECK(judge({nan, nan, nan}, 1) == Judgement::noisy);
}

BOOST_AUTO_TEST_SUITE_END()
