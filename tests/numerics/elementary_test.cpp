// Exact e^x and log x of floats: special values, thresholds, and a comparison with an independent
// computation.
#include "numerics/elementary.hpp"

#include "numerics/random.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(elementary_test)

namespace {

using namespace maxtrick::numerics;
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();
constexpr float largest = std::numeric_limits<float>::max();

}  // namespace

BOOST_AUTO_TEST_CASE(special_values) {
  BOOST_TEST(std::isnan(exact_exp(no_number).rounded));
  BOOST_TEST(exact_exp(infinity).rounded == infinity);
  BOOST_TEST(exact_exp(infinity).special);
  BOOST_TEST(exact_exp(-infinity).rounded == 0);
  BOOST_TEST(error_ulp(exact_exp(-infinity), 0x1p-149F) == 1);
  for (const float zero : {0.0F, -0.0F}) {
    BOOST_TEST(exact_exp(zero).rounded == 1);
    BOOST_TEST(exact_exp(zero).rest == 0);
    BOOST_TEST(exact_log(zero).rounded == -infinity);
    BOOST_TEST(exact_log(zero).special);
  }
  for (const float x : {no_number, -infinity, -1.0F, -0x1p-149F})
    BOOST_TEST(std::isnan(exact_log(x).rounded));
  BOOST_TEST(exact_log(infinity).rounded == infinity);
  BOOST_TEST(exact_log(1).rounded == 0);
  BOOST_TEST(!std::signbit(exact_log(1).rounded));
  BOOST_TEST(exact_log(1).rest == 0);
}

// If e^x is finite but rounds to infinity, infinity is correct, and the error of the largest number
// is the rest.
BOOST_AUTO_TEST_CASE(overflow_and_underflow) {
  const float last = 0x1.62e42ep6F, first = std::nextafter(last, 100.0F);
  BOOST_TEST(std::isfinite(exact_exp(last).rounded));
  BOOST_TEST(exact_exp(first).rounded == infinity);
  BOOST_TEST(!exact_exp(first).special);
  BOOST_TEST(error_ulp(exact_exp(first), largest) > 0.5);
  BOOST_TEST(error_ulp(exact_exp(first), infinity) == 0);
  for (const float x : {150.0F, 200.0F, 201.0F, largest}) {
    BOOST_TEST(exact_exp(x).rounded == infinity);
    BOOST_TEST(error_ulp(exact_exp(x), infinity) == 0);
    BOOST_TEST(error_ulp(exact_exp(x), largest) > 1e10);
  }
  // 2^-150 is half the smallest number. The tie rounds to even, which is 0.
  BOOST_TEST(exact_exp(-103.97208F).rounded == 0x1p-149F);
  BOOST_TEST(exact_exp(-103.97209F).rounded == 0);
  for (const float x : {-1e4F, -largest}) {
    BOOST_TEST(exact_exp(x).rounded == 0);
    BOOST_TEST(error_ulp(exact_exp(x), 0.0F) == 0);
    BOOST_TEST(error_ulp(exact_exp(x), 0x1p-149F) == 1);
  }
}

// Just below 1, an ULP is half as large as just above it.
BOOST_AUTO_TEST_CASE(the_smallest_arguments) {
  const float tiny = 0x1p-149F;
  BOOST_TEST(exact_exp(tiny).rounded == 1);
  BOOST_TEST(exact_exp(-tiny).rounded == 1);
  BOOST_TEST(error_ulp(exact_exp(tiny), 1 + 0x1p-23F) == 1);
  BOOST_TEST(error_ulp(exact_exp(-tiny), 1 - 0x1p-24F) == 1);
  BOOST_TEST(error_ulp(exact_exp(-0x1p-30F), 1 + 0x1p-23F) == 2 + 0x1p-6,
             boost::test_tools::tolerance(1e-9));
  BOOST_TEST(error_ulp(exact_log(tiny), static_cast<float>(-149 * std::log(2.0))) <= 0.5);
}

BOOST_AUTO_TEST_CASE(double_agrees_as_far_as_it_goes) {
  Random random(3);
  for (int i = 0; i < 3000; ++i) {
    const auto x = static_cast<float>(random.uniform(-100, 88));
    BOOST_TEST(exact_exp(x).value() == std::exp(double{x}), boost::test_tools::tolerance(1e-15));
    const auto y = static_cast<float>(std::exp(random.uniform(-87, 88)));
    BOOST_TEST(exact_log(y).value() == std::log(double{y}), boost::test_tools::tolerance(1e-14));
  }
}

// log 2^k = k log 2, and logl has an error of at most a few units in the last place.
BOOST_AUTO_TEST_CASE(wide_logarithms) {
  const long double log_2 = 0.693147180559945309417232121458176568L;
  for (const int k : {-1074, -1022, -64, -1, 0, 1, 64, 1023})
    BOOST_TEST(wide_log(std::ldexp(1.0, k)) == k * log_2, boost::test_tools::tolerance(0x1p-63L));
  BOOST_TEST(wide_log(2) == log_2);
  // The last digit of logl depends on the CPU here. The expected digits come from MPFR at 200 bits.
  BOOST_TEST(wide_log(6e-8) == -16.6289212747243105606996417893694326889501L);
  BOOST_TEST(wide_log(0.1) == -2.3025850929940456285068402234265387271635L);
  BOOST_TEST(wide_log(0.9F) == -0.1053605421487798856197532320673082597362L);
  BOOST_TEST(wide_log(0.001) == -6.9077552789821370312372926523314077065273L);
  BOOST_TEST(wide_log(0.001F) == -6.9077552314846868746684746028900284917396L);
  Random random(4);
  for (int i = 0; i < 3000; ++i) {
    const double x = std::exp(random.uniform(-700, 700));
    BOOST_TEST(wide_log(x) == std::log(static_cast<long double>(x)),
               boost::test_tools::tolerance(0x1p-62L));
  }
}

BOOST_AUTO_TEST_SUITE_END()
