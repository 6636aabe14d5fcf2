// The ULP definition of error.hpp: compared with hand-computed edge cases and, for random reals,
// with MPFR.
#include "numerics/error.hpp"

#include "brute_force.hpp"
#include "numerics/random.hpp"
#include "numerics/small_float.hpp"

BOOST_AUTO_TEST_SUITE(error_test)

using namespace maxtrick::numerics;
using namespace maxtrick::ops;
using namespace maxtrick::tests;

namespace {

constexpr double infinity = Limits<double>::infinity();

// Returns the exact description of significand * 2^exponent; 300 bits represent every such number.
template <class T>
Exact<T> describe(double significand, int exponent = 0) {
  Real y(300);
  mpfr_set_d(y, significand, MPFR_RNDN);
  mpfr_mul_2si(y, y, exponent, MPFR_RNDN);
  return brute_force::describe<T>(y);
}

template <class T>
Exact<T> special(T value) {
  return {value, 0, 0, true};
}

template <class T>
T next_up(T x) {
  return std::nextafter(x, Limits<T>::infinity());
}
template <class T>
T next_down(T x) {
  return std::nextafter(x, -Limits<T>::infinity());
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_ulp_is_that_of_the_binade) {
  BOOST_TEST(ulp<float>(1) == 0x1p-23);
  BOOST_TEST(ulp<float>(-1.999999999) == 0x1p-23);
  BOOST_TEST(ulp<float>(2) == 0x1p-22);
  BOOST_TEST(ulp<float>(0x1p-126) == 0x1p-149);
  BOOST_TEST(ulp<float>(0x1p-140) == 0x1p-149);
  BOOST_TEST(ulp<float>(0) == 0x1p-149);
  BOOST_TEST(ulp<float>(0x1p200) == 0x1p104);  // of the top binade
  BOOST_TEST(ulp<float>(1e30F) == 0x1p76);
  BOOST_TEST(ulp<double>(0) == 0x1p-1074);
  BOOST_TEST(ulp<BFloat16>(3) == 0x1p-6);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(exact_power_of_two, T, FloatTypes) {
  const auto one = describe<T>(1);
  BOOST_TEST(error_ulp(one, T{1}) == 0);
  BOOST_TEST(error_ulp(one, next_up(T{1})) == 1);
  BOOST_TEST(error_ulp(one, next_down(T{1})) == 0.5);  // in the ULP of the binade from 1 on
  BOOST_TEST(error_ulp(one, T{0}) == std::ldexp(1, Limits<T>::digits - 1));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(just_below_a_power_of_two, T, FloatTypes) {
  // 1 - 2^-300 rounds to 1, but its ULP is that of [1/2, 1).
  const auto predecessor_of_1 = [](mpfr_prec_t bits) {
    Real y(bits);
    mpfr_set_ui(y, 1, MPFR_RNDN);
    mpfr_nextbelow(y);
    return brute_force::describe<T>(y);
  };
  const auto exact = predecessor_of_1(300);
  BOOST_TEST(exact.rounded == T{1});
  BOOST_TEST(error_ulp(exact, T{1}) < 1e-50);
  BOOST_TEST(error_ulp(exact, next_down(T{1})) == 1);
  BOOST_TEST(error_ulp(exact, next_up(T{1})) == 2);
  // The midpoint of 1 and the number below it: half an ULP from both.
  const auto middle = predecessor_of_1(Limits<T>::digits + 1);
  BOOST_TEST(error_ulp(middle, T{1}) == 0.5);
  BOOST_TEST(error_ulp(middle, next_down(T{1})) == 0.5);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(subnormal, T, FloatTypes) {
  const T least = Limits<T>::denorm_min();
  const int unit = Limits<T>::min_exponent - Limits<T>::digits;
  const auto exact = describe<T>(2.25, unit);
  BOOST_TEST(exact.rounded == 2 * least);
  BOOST_TEST(error_ulp(exact, 2 * least) == 0.25);
  BOOST_TEST(error_ulp(exact, 3 * least) == 0.75);
  BOOST_TEST(error_ulp(exact, T{0}) == 2.25);
  BOOST_TEST(relative_error(exact, 3 * least) == 0.75 / 2.25);
  BOOST_TEST(relative_error(exact, T{0}) == 1);
  // The value rounds to 0; the ULP is that of the subnormals.
  const auto tiny = describe<T>(0.25, unit);
  BOOST_TEST(tiny.rounded == 0);
  BOOST_TEST(error_ulp(tiny, T{0}) == 0.25);
  BOOST_TEST(error_ulp(tiny, least) == 0.75);
  BOOST_TEST(error_ulp(tiny, -least) == 1.25);
  BOOST_TEST(relative_error(tiny, least) == 3);
  BOOST_TEST(relative_error(tiny, T{0}) == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(smallest_normal, T, FloatTypes) {
  const T normal = Limits<T>::min();
  const auto exact = describe<T>(1, Limits<T>::min_exponent - 1);
  // The ULP is the same on both sides, because the binade below has no smaller one.
  BOOST_TEST(error_ulp(exact, normal) == 0);
  BOOST_TEST(error_ulp(exact, next_up(normal)) == 1);
  BOOST_TEST(error_ulp(exact, next_down(normal)) == 1);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(top_of_the_range, T, FloatTypes) {
  const T largest = Limits<T>::max();
  const T inf = Limits<T>::infinity();
  const auto exact = describe<T>(largest);
  BOOST_TEST(error_ulp(exact, largest) == 0);
  BOOST_TEST(error_ulp(exact, next_down(largest)) == 1);
  BOOST_TEST(error_ulp(exact, inf) == infinity);
  BOOST_TEST(relative_error(exact, inf) == infinity);
  BOOST_TEST(absolute_error(exact, inf) == infinity);

  // A value a quarter of an ULP above the largest number still rounds to it.
  const int unit = Limits<T>::max_exponent - Limits<T>::digits;
  Real y(300);
  mpfr_set_d(y, 0.25, MPFR_RNDN);
  mpfr_mul_2si(y, y, unit, MPFR_RNDN);
  mpfr_add_d(y, y, largest, MPFR_RNDN);
  const auto beyond = brute_force::describe<T>(y);
  BOOST_TEST(error_ulp(beyond, largest) == 0.25);
  BOOST_TEST(error_ulp(beyond, inf) == infinity);

  // For 2^128 and 2^1024, an infinity is correct and a finite number is not.
  const auto over = describe<T>(-1, Limits<T>::max_exponent);
  BOOST_TEST(over.rounded == -inf);
  BOOST_TEST(!over.special);
  BOOST_TEST(error_ulp(over, -inf) == 0);
  BOOST_TEST(relative_error(over, -inf) == 0);
  BOOST_TEST(absolute_error(over, -inf) == 0);
  BOOST_TEST(error_ulp(over, inf) == infinity);
  BOOST_TEST(error_ulp(over, -largest) == 1);
  BOOST_TEST(error_ulp(over, -next_down(largest)) == 2);
  BOOST_TEST(error_ulp(over, T{0}) == std::ldexp(1, Limits<T>::digits));
  BOOST_TEST(relative_error(over, T{0}) == 1);
  BOOST_TEST(error_ulp(over, Limits<T>::quiet_NaN()) == infinity);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(not_a_number, T, FloatTypes) {
  const T nan = Limits<T>::quiet_NaN();
  const T inf = Limits<T>::infinity();
  for (const auto measure : {error_ulp<T>, relative_error<T>, absolute_error<T>}) {
    BOOST_TEST(measure(special(nan), nan) == 0);
    BOOST_TEST(measure(special(nan), -nan) == 0);
    BOOST_TEST(measure(special(nan), T{1}) == infinity);
    BOOST_TEST(measure(special(nan), T{0}) == infinity);
    BOOST_TEST(measure(special(nan), inf) == infinity);
    BOOST_TEST(measure(special(inf), nan) == infinity);
    BOOST_TEST(measure(describe<T>(1), nan) == infinity);
    BOOST_TEST(measure(describe<T>(0), nan) == infinity);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(infinities, T, FloatTypes) {
  const T inf = Limits<T>::infinity();
  for (const auto measure : {error_ulp<T>, relative_error<T>, absolute_error<T>}) {
    BOOST_TEST(measure(special(inf), inf) == 0);
    BOOST_TEST(measure(special(-inf), -inf) == 0);
    BOOST_TEST(measure(special(inf), -inf) == infinity);
    BOOST_TEST(measure(special(-inf), inf) == infinity);
    BOOST_TEST(measure(special(-inf), Limits<T>::lowest()) == infinity);
    BOOST_TEST(measure(describe<T>(0), inf) == infinity);
    BOOST_TEST(measure(describe<T>(-3), -inf) == infinity);
  }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(zeros, T, FloatTypes) {
  const auto zero = describe<T>(0);
  const T least = Limits<T>::denorm_min();
  for (const auto measure : {error_ulp<T>, relative_error<T>, absolute_error<T>}) {
    BOOST_TEST(measure(zero, T{0}) == 0);
    BOOST_TEST(measure(zero, -T{0}) == 0);
  }
  BOOST_TEST(error_ulp(zero, least) == 1);
  BOOST_TEST(error_ulp(zero, -3 * least) == 3);
  BOOST_TEST(relative_error(zero, least) == infinity);
  BOOST_TEST(absolute_error(zero, least) == double{least});
  BOOST_TEST(absolute_error(zero, T(1e30)) == double{T(1e30)});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(relative_and_absolute, T, FloatTypes) {
  const auto exact = describe<T>(-4);
  BOOST_TEST(relative_error(exact, T{-3}) == 0.25);
  BOOST_TEST(absolute_error(exact, T{-3}) == 1);
  BOOST_TEST(relative_error(exact, T{4}) == 2);
  // No intermediate result may overflow if double can represent the ratio.
  BOOST_TEST(relative_error(describe<T>(1), Limits<T>::max()) == double{Limits<T>::max()},
             boost::test_tools::tolerance(1e-15));
  // A ratio beyond the range of double is infinite.
  BOOST_TEST(relative_error(describe<double>(1, -1060), 1e300) == infinity);
  BOOST_TEST(absolute_error(describe<double>(-1.5, 1023), 0x1.8p1023) == infinity);
}

BOOST_AUTO_TEST_CASE(value) {
  BOOST_TEST(describe<float>(1e-3).value() == 1e-3, boost::test_tools::tolerance(1e-15));
  BOOST_TEST(describe<float>(-6e38).value() == -6e38, boost::test_tools::tolerance(1e-15));
  BOOST_TEST(describe<float>(1e-60).value() == 1e-60, boost::test_tools::tolerance(1e-9));
  BOOST_TEST(describe<double>(-1, 1024).value() == -infinity);
  BOOST_TEST(describe<double>(0.1).value() == 0.1);
  BOOST_TEST(std::isnan(special(Limits<float>::quiet_NaN()).value()));
  BOOST_TEST(special(-Limits<float>::infinity()).value() == -infinity);
}

// For random reals of every binade, the error equals |got - y| / ulp(y) as computed by MPFR, and a
// correctly rounded result has an error of at most half an ULP.
BOOST_AUTO_TEST_CASE_TEMPLATE(random_reals, T, FloatTypes) {
  Random random(7);
  Real y(200), ulp(200), error(300);
  int subnormals = 0;
  int boundaries = 0;
  for (int round = 0; round < 20000; ++round) {
    const bool boundary = round % 4 == 0;
    const int low = Limits<T>::min_exponent - Limits<T>::digits - 3;
    const int span = Limits<T>::max_exponent - low;
    const int exponent = low + static_cast<int>(random.below(static_cast<std::uint64_t>(span)));
    mpfr_set_d(y, random.uniform(0.5, 1), MPFR_RNDN);
    mpfr_add_d(y, y, random.uniform() * 0x1p-54, MPFR_RNDN);
    if (boundary) {  // slightly below or above a power of two
      mpfr_set_d(y, random.uniform(-1, 1) * std::ldexp(1, -Limits<T>::digits), MPFR_RNDN);
      mpfr_add_ui(y, y, 1, MPFR_RNDN);
    }
    mpfr_mul_2si(y, y, exponent, MPFR_RNDN);
    if (random.below(2) == 0) mpfr_neg(y, y, MPFR_RNDN);

    const auto exact = brute_force::describe<T>(y);
    if (std::isinf(exact.rounded)) continue;
    BOOST_TEST_REQUIRE(error_ulp(exact, exact.rounded) <= 0.5);
    subnormals += std::fabs(exact.rounded) < Limits<T>::min();
    boundaries += boundary;

    // floor(log2 |y|) by the logarithm, independently of the exponent field.
    mpfr_abs(error, y, MPFR_RNDN);
    mpfr_log2(error, error, MPFR_RNDD);
    mpfr_floor(error, error);
    const long binade = std::max<long>(mpfr_get_si(error, MPFR_RNDN), Limits<T>::min_exponent - 1);
    mpfr_set_ui_2exp(ulp, 1, binade - Limits<T>::digits + 1, MPFR_RNDN);

    T up = exact.rounded;
    T down = exact.rounded;
    for (int step = 0; step < 3; ++step) {
      for (const T got : {up, down, T{0}, -up}) {
        if (std::isinf(got)) continue;
        mpfr_d_sub(error, got, y, MPFR_RNDN);
        mpfr_div(error, error, ulp, MPFR_RNDN);
        const double expected = std::fabs(mpfr_get_d(error, MPFR_RNDN));
        BOOST_TEST_REQUIRE(std::fabs(error_ulp(exact, got) - expected) <= 1e-12 * (1 + expected));
        mpfr_mul(error, error, ulp, MPFR_RNDN);
        mpfr_div(error, error, y, MPFR_RNDN);
        const double relative = std::fabs(mpfr_get_d(error, MPFR_RNDN));
        BOOST_TEST_REQUIRE(std::fabs(relative_error(exact, got) - relative) <= 1e-12 * relative);
      }
      up = next_up(up);
      down = next_down(down);
    }
    // Both neighbours are at least half an ULP away, so `rounded` is the nearest number.
    BOOST_TEST_REQUIRE(error_ulp(exact, next_up(exact.rounded)) >= 0.5);
    BOOST_TEST_REQUIRE(error_ulp(exact, next_down(exact.rounded)) >= 0.5);
  }
  BOOST_TEST(subnormals > 50);
  BOOST_TEST(boundaries > 1000);
}

BOOST_AUTO_TEST_SUITE_END()
