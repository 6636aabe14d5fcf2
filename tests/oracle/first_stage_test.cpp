// The first stage of the oracle: the error bounds that its head states, and its decisions near
// midpoints, compared with MPFR. oracle_test compares whole rows of many kinds with brute force.
#include "oracle/first_stage.hpp"

#include "near_midpoints.hpp"
#include "numerics/random.hpp"
#include "numerics/real.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(first_stage_test)

using namespace maxtrick;
using namespace maxtrick::numerics;
using namespace maxtrick::tests;

namespace {

constexpr double u2 = 0x1p-106;  // u^2

void set(mpfr_ptr to, oracle::DoubleDouble x) {
  mpfr_set_d(to, x.high, MPFR_RNDN);
  mpfr_add_d(to, to, x.low, MPFR_RNDN);
}

// |got - exact| / |exact|
double relative(oracle::DoubleDouble got, mpfr_ptr exact) {
  Real difference(400);
  set(difference, got);
  mpfr_sub(difference, difference, exact, MPFR_RNDN);
  mpfr_div(difference, difference, exact, MPFR_RNDN);
  return std::fabs(mpfr_get_d(difference, MPFR_RNDN));
}

// A number of 106 random bits.
oracle::DoubleDouble random_number(Random& random, double low, double high) {
  const double first = random.uniform(low, high);
  return oracle::fast_two_sum(first, first * random.uniform(-0x1p-53, 0x1p-53));
}

double exponential_error(oracle::DoubleDouble d) {
  Real exact(400);
  set(exact, d);
  mpfr_exp(exact, exact, MPFR_RNDN);
  auto [value, exponent] = oracle::exponential(d);
  mpfr_mul_2si(exact, exact, -exponent, MPFR_RNDN);
  return relative(value, exact);
}

}  // namespace

BOOST_AUTO_TEST_CASE(exponential_is_within_its_bound) {
  Random random(1);
  double worst = 0;
  for (int i = 0; i < 20'000; ++i) {
    const double size = std::ldexp(1, -static_cast<int>(random.below(60)));
    worst = std::max(worst, exponential_error(random_number(random, -1500 * size, 0)));
  }
  // The ends of the range, and the middles between two entries of the table.
  for (int k = 0; k < 138'000; k += 7) {
    const double middle = -(k + 0.5) * 0.01083042469624914;
    for (const double d : {std::nextafter(middle, -2000.0), middle, std::nextafter(middle, 0.0)})
      worst = std::max(worst, exponential_error({d}));
  }
  for (const double d : {oracle::least_difference, -0.0, 0.0, -5e-324, -1e-300})
    worst = std::max(worst, exponential_error({d}));
  BOOST_TEST(worst < 12 * u2);
  BOOST_TEST(worst > u2 / 8);  // otherwise the measurement is wrong
  BOOST_TEST_MESSAGE("exponential: " << worst / u2 << " u^2");
}

BOOST_AUTO_TEST_CASE(reciprocal_and_logarithm_are_within_their_bounds) {
  Random random(2);
  double of_reciprocal = 0, of_logarithm = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto x = random_number(random, 1, i % 2 == 0 ? 2 : 1e6);
    Real exact(400);
    set(exact, x);
    mpfr_ui_div(exact, 1, exact, MPFR_RNDN);
    of_reciprocal = std::max(of_reciprocal, relative(oracle::reciprocal(x), exact));

    const auto small =
        random_number(random, 0, std::ldexp(1, -static_cast<int>(random.below(700))));
    set(exact, small);
    mpfr_log1p(exact, exact, MPFR_RNDN);
    of_logarithm = std::max(of_logarithm, relative(oracle::log1p(small), exact));
  }
  BOOST_TEST(of_reciprocal < 15 * u2);
  BOOST_TEST(of_logarithm < u2);
}

BOOST_AUTO_TEST_CASE(sums_of_many_terms_are_within_their_bound) {
  Random random(3);
  for (const std::size_t size : {1U, 31U, 32U, 33U, 1000U, 131'072U}) {
    std::vector<oracle::DoubleDouble> terms(size);
    Real exact(2000), term(2000);
    mpfr_set_ui(exact, 0, MPFR_RNDN);
    for (auto& x : terms) {
      x = random_number(random, 0, std::ldexp(1, -static_cast<int>(random.below(100))));
      set(term, x);
      mpfr_add(exact, exact, term, MPFR_RNDN);
    }
    BOOST_TEST(relative(oracle::sum(terms), exact) < 72 * 3.1 * u2);
  }
  BOOST_TEST(oracle::sum({}).high == 0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(undecided_numbers_are_left_to_mpfr, T, FloatTypes) {
  constexpr double epsilon = Limits<T>::epsilon();
  constexpr double error = 0x1p-97;
  const auto decided = [](double high, double low, double bound = 0x1p-97) {
    return oracle::rounded<T>({{high, low}}, bound).has_value();
  };
  // The distance of a result from a midpoint is computed in double, so 2^-53 ULP can be decided.
  const double midpoint = 1.5 + epsilon / 2, near = epsilon * 0x1p-53;
  if (Limits<T>::digits < 53) {
    BOOST_TEST(!decided(midpoint, 0));
    BOOST_TEST(!decided(midpoint, error));
    BOOST_TEST(!decided(midpoint, -error));
    BOOST_TEST((oracle::rounded<T>({{midpoint, near}}, error)->rounded == T(1.5 + epsilon)));
    BOOST_TEST((oracle::rounded<T>({{midpoint, -near}}, error)->rounded == T(1.5)));
  } else {
    BOOST_TEST(!decided(1.5, epsilon / 2));
    BOOST_TEST(!decided(1.5, epsilon / 2 - error));
    BOOST_TEST(decided(1.5, epsilon / 2 - 4 * error));
  }
  // Powers of two, where the ULP changes.
  BOOST_TEST(!decided(1, 0));
  BOOST_TEST(!decided(1, -error));
  BOOST_TEST(!decided(1, error));
  BOOST_TEST(oracle::rounded<T>({{1, 4 * error}}, error)->ulp_exponent == 1 - Limits<T>::digits);
  const double below = 1 - 0x1p-53;
  BOOST_TEST(oracle::rounded<T>({{below}}, error)->ulp_exponent == -Limits<T>::digits);
  BOOST_TEST(oracle::rounded<T>({{below}}, error)->rounded ==
             (Limits<T>::digits < 53 ? T{1} : T(below)));
  // Numbers beyond the range, and numbers whose other digits are not known.
  BOOST_TEST(!oracle::rounded<T>({{1.5}, Limits<T>::max_exponent - 1}, error));
  BOOST_TEST(!decided(1.25, 0, std::ldexp(1, -Limits<T>::digits - 40)));
  // Numbers far below the subnormal ones.
  const auto tiny = oracle::rounded<T>({{-1.25}, -1'500}, error);
  BOOST_TEST_REQUIRE(tiny.has_value());
  BOOST_TEST((tiny->rounded == 0 && !std::signbit(tiny->rounded)));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(decisions_near_midpoints_are_those_of_mpfr, T, FloatTypes) {
  compare_near_midpoints<T>(4, 2'000);
}

BOOST_AUTO_TEST_SUITE_END()
