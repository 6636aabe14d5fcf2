// 10^7 decisions of the oracle's first stage near midpoints are those of MPFR. This takes minutes.
// CTest runs the suite with the label `oracle`; `oracle_tests` alone leaves it out.
#include "near_midpoints.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(oracle_decisions_test, *boost::unit_test::disabled())

using namespace maxtrick::tests;

BOOST_AUTO_TEST_CASE(ten_million_decisions) {
  compare_near_midpoints<float>(5, 7'000'000);
  compare_near_midpoints<double>(6, 3'000'000);
}

BOOST_AUTO_TEST_SUITE_END()
