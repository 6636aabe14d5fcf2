// float16 and bfloat16: tests every value, every rounding boundary, and every argument of every
// function.
#include "numerics/small_float.hpp"

#include "brute_force.hpp"
#include "numerics/random.hpp"

BOOST_AUTO_TEST_SUITE(small_float_test)

namespace {

using namespace maxtrick::numerics;
using namespace maxtrick::ops;
using Types = boost::mpl::list<Float16, BFloat16>;

template <class S>
S value(unsigned bits) {
  return S::from_bits(static_cast<std::uint16_t>(bits));
}

// Returns the value of a bit pattern by the definition of the interchange formats.
template <class S>
double by_definition(unsigned bits) {
  const int fraction_bits = S::digits - 1, field = static_cast<int>(bits & 0x7fff) >> fraction_bits;
  const double fraction = std::ldexp(bits & ((1U << fraction_bits) - 1), -fraction_bits);
  const int bias = S::max_exponent - 1;
  double magnitude = 0;
  if (field == 2 * bias + 1)
    magnitude = fraction == 0 ? INFINITY : NAN;
  else if (field == 0)
    magnitude = std::ldexp(fraction, 1 - bias);
  else
    magnitude = std::ldexp(1 + fraction, field - bias);
  return bits >> 15 ? -magnitude : magnitude;
}

bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

// Returns f(x) computed by MPFR and rounded once.
template <class S, class Function>
double rounded(Function f, double x) {
  Real y(400);
  mpfr_set_d(y, x, MPFR_RNDN);
  f(y, y, MPFR_RNDN);
  return brute_force::round_to<S>(y);
}

template <class S>
bool is_same_with_any_libm(double y) {
  constexpr double four_ulps = 0x1p-50;
  return S(y * (1 - four_ulps)).bits() == S(y).bits() &&
         S(y * (1 + four_ulps)).bits() == S(y).bits();
}

}  // namespace

BOOST_AUTO_TEST_CASE_TEMPLATE(each_pattern_is_its_number_and_back, S, Types) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const double x = value<S>(bits);
    BOOST_TEST_REQUIRE(same(x, by_definition<S>(bits)), "pattern " << bits);
    if (std::isnan(x))
      BOOST_TEST_REQUIRE(std::isnan(double{S(x)}));
    else
      BOOST_TEST_REQUIRE(S(x).bits() == bits);
    BOOST_TEST_REQUIRE(same(-value<S>(bits), -x));
  }
}

// Between each number and the next, the midpoint rounds to even. The doubles one ULP beside the
// midpoint round to the nearer number, and so do the doubles beside each number.
BOOST_AUTO_TEST_CASE_TEMPLATE(conversion_rounds_to_nearest_even, S, Types) {
  for (unsigned bits = 0; bits < S::infinity_bits; ++bits)
    for (const unsigned sign : {0U, 0x8000U}) {
      const double x = value<S>(bits | sign);
      // The number that would follow the largest one is where infinity begins.
      const double above = bits + 1 == S::infinity_bits
                               ? std::copysign(std::ldexp(1.0, S::max_exponent), x)
                               : double{value<S>((bits + 1) | sign)};
      const double midpoint = x + (above - x) / 2;
      const unsigned even = bits % 2 == 0 ? bits : bits + 1;
      BOOST_TEST_REQUIRE(S(midpoint).bits() == (even | sign));
      BOOST_TEST_REQUIRE(S(std::nextafter(midpoint, x)).bits() == (bits | sign));
      BOOST_TEST_REQUIRE(S(std::nextafter(midpoint, above)).bits() == ((bits + 1) | sign));
      BOOST_TEST_REQUIRE(S(std::nextafter(x, above)).bits() == (bits | sign));
    }
  BOOST_TEST(S(1e308).bits() == S::infinity_bits);
  BOOST_TEST(S(INFINITY).bits() == S::infinity_bits);
  BOOST_TEST(S(-1e-320).bits() == 0x8000);
  BOOST_TEST(std::isnan(double{S(NAN)}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(operations_are_correctly_rounded, S, Types) {
  Random random(1);
  for (int i = 0; i < 200000; ++i) {
    const S a = value<S>(static_cast<unsigned>(random.below(0x10000)));
    // The numbers of half of the pairs are close to each other, so that differences cancel and
    // quotients are near 1.
    const unsigned other = i % 2 ? static_cast<unsigned>(random.below(0x10000))
                                 : (a.bits() + static_cast<unsigned>(random.below(4096))) & 0xffff;
    const S b = value<S>(other);
    if (!std::isfinite(a) || !std::isfinite(b)) continue;
    Real x(400), y(400), z(400);
    mpfr_set_d(x, a, MPFR_RNDN);
    mpfr_set_d(y, b, MPFR_RNDN);
    mpfr_add(z, x, y, MPFR_RNDN);
    BOOST_TEST_REQUIRE(double{a + b} == brute_force::round_to<S>(z));
    mpfr_sub(z, x, y, MPFR_RNDN);
    BOOST_TEST_REQUIRE(double{a - b} == brute_force::round_to<S>(z));
    mpfr_mul(z, x, y, MPFR_RNDN);
    BOOST_TEST_REQUIRE(double{a * b} == brute_force::round_to<S>(z));
    if (b == 0) continue;
    mpfr_div(z, x, y, MPFR_RNDN);
    BOOST_TEST_REQUIRE(double{a / b} == brute_force::round_to<S>(z));
  }
}

// The double result of libm has an error of at most one ULP of double. It nowhere changes the
// rounded result: a result that is off by four ULPs gives the same number. Therefore the bits of
// what is computed in these types are promised (ops::Variant::promises_bits).
BOOST_AUTO_TEST_CASE_TEMPLATE(functions_are_correctly_rounded, S, Types) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const S x = value<S>(bits);
    if (!std::isfinite(x)) continue;
    const double wide = x;
    BOOST_TEST_REQUIRE(is_same_with_any_libm<S>(std::exp(wide)), "exp of pattern " << bits);
    if (x > -1) BOOST_TEST_REQUIRE(is_same_with_any_libm<S>(std::log1p(wide)), "log1p of " << bits);
    if (x > 0) BOOST_TEST_REQUIRE(is_same_with_any_libm<S>(std::log(wide)), "log of " << bits);
    BOOST_TEST_REQUIRE(double{exp(x)} == rounded<S>(mpfr_exp, x), "exp of pattern " << bits);
    if (x > -1)
      BOOST_TEST_REQUIRE(double{log1p(x)} == rounded<S>(mpfr_log1p, x), "log1p of " << bits);
    if (x > 0) BOOST_TEST_REQUIRE(double{log(x)} == rounded<S>(mpfr_log, x), "log of " << bits);
  }
}

// A formula that mixes the type with double still rounds each of its operations.
BOOST_AUTO_TEST_CASE(mixed_operands_are_rounded_first) {
  const Float16 one = 1;
  BOOST_TEST(double{one + 0x1p-12} == 1);
  BOOST_TEST(double{one + std::exp(one)} == double{one + Float16(std::exp(1.0))});
  BOOST_TEST(double{1 - Float16(0.5)} == 0.5);
  Float16 sum = 2048;
  sum += 1;  // the tie rounds to even: the sum stagnates
  BOOST_TEST(double{sum} == 2048);
}

BOOST_AUTO_TEST_SUITE_END()
