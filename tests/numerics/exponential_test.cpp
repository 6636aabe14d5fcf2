// e^x without libm: its error, its limits, and its bits.
#include "numerics/exponential.hpp"

#include "numerics/random.hpp"
#include "numerics/real.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(exponential_test)

namespace {

using maxtrick::numerics::exponential;
using maxtrick::numerics::Random;
using maxtrick::numerics::Real;

double error_ulp(double x) {
  Real exact(200);
  mpfr_set_d(exact, x, MPFR_RNDN);
  mpfr_exp(exact, exact, MPFR_RNDN);
  const double y = exponential(x);
  mpfr_sub_d(exact, exact, y, MPFR_RNDN);
  return std::abs(mpfr_get_d(exact, MPFR_RNDN)) / std::ldexp(1.0, std::ilogb(y) - 52);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_error_is_below_its_bound) {
  Random random(1);
  for (int i = 0; i < 30000; ++i)
    for (const double scale : {0x1p-40, 1.0, 20.0, 700.0}) {
      const double x = random.uniform(-scale, scale);
      BOOST_TEST_REQUIRE(error_ulp(x) <= 0.7, x);
    }
}

BOOST_AUTO_TEST_CASE(limits) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  BOOST_TEST(exponential(0) == 1);
  BOOST_TEST(exponential(infinity) == infinity);
  BOOST_TEST(exponential(710) == infinity);
  BOOST_TEST(std::isfinite(exponential(709.7)));
  BOOST_TEST(exponential(-infinity) == 0);
  BOOST_TEST(exponential(-746) == 0);
  BOOST_TEST(exponential(-745) == 0x1p-1074);
  BOOST_TEST(std::isnan(exponential(std::numeric_limits<double>::quiet_NaN())));
}

// The bits are the same in every build. A few are not those of a correctly rounded result.
BOOST_AUTO_TEST_CASE(bits) {
  BOOST_TEST(exponential(1) == 0x1.5bf0a8b145769p+1);
  BOOST_TEST(exponential(-1) == 0x1.78b56362cef38p-2);
  BOOST_TEST(exponential(-100.3) == 0x1.3aab0c9589e7bp-145);
  BOOST_TEST(exponential(-0.69999999999999996) == 0x1.fc80db9dd5542p-2);
  BOOST_TEST(exponential(-20.030000000000001) == 0x1.12e91828e451bp-29);
  BOOST_TEST(exponential(-744.89999999999998) == 0x0.0000000000001p-1022);
  BOOST_TEST(exponential(-11.362800000000005) == 0x1.85e552e513dd1p-17);
  BOOST_TEST(exponential(-32.828600000000044) == 0x1.8e795467ed5a9p-48);
}

BOOST_AUTO_TEST_SUITE_END()
