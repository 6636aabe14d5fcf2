// Random numbers: the documented mappings, value by value, and the properties of the distributions.
#include "numerics/random.hpp"

#include <array>

#include "test.hpp"

BOOST_AUTO_TEST_SUITE(random_test)

using maxtrick::numerics::Random;

// The values below come from an independent program (Python integers and floats). Its engine
// reproduces the 10000th number that the C++ standard requires of mt19937_64.

BOOST_AUTO_TEST_CASE(uniform_values) {
  Random random(42);
  for (const double expected :
       {0x1.82a3befaddcbcp-1, 0x1.472f1f73724a0p-1, 0x1.81192cfe1cbcfp-1, 0x1.171621fc50d68p-3})
    BOOST_TEST(random.uniform() == expected);
}

BOOST_AUTO_TEST_CASE(uniform_range_values) {
  Random random(42);
  for (const double expected : {0x1.85477df5bb978p+1, 0x1.0e5e3ee6e4940p+1, 0x1.823259fc3979ep+1})
    BOOST_TEST(random.uniform(-3, 5) == expected);
}

BOOST_AUTO_TEST_CASE(normal_values) {
  Random random(42);
  for (const double expected : {0x1.f2c22bfd1201fp-1, -0x1.06703f543a30ap-1, -0x1.09771a637902fp-2,
                                0x1.5153735150ca9p-5, 0x1.7f491dd6c7ec1p-1, -0x1.6ba35a8a37178p-2})
    BOOST_TEST(random.normal() == expected);
}

BOOST_AUTO_TEST_CASE(below_values) {
  Random random(42);
  for (const std::uint64_t expected : {755U, 639U, 752U, 136U, 903U, 94U})
    BOOST_TEST(random.below(1000) == expected);
}

BOOST_AUTO_TEST_CASE(seeds_differ) { BOOST_TEST(Random(1).uniform() != Random(2).uniform()); }

BOOST_AUTO_TEST_CASE(uniform_shape) {
  Random random(1);
  constexpr int draws = 200000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < draws; ++i) {
    const double x = random.uniform();
    BOOST_TEST_REQUIRE(x >= 0);
    BOOST_TEST_REQUIRE(x < 1);
    sum += x;
    squares += x * x;
  }
  // Within five standard errors.
  BOOST_TEST(std::fabs(sum / draws - 0.5) < 5 * std::sqrt(1.0 / 12 / draws));
  BOOST_TEST(std::fabs(squares / draws - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / draws));
  for (int i = 0; i < 1000; ++i) {
    const double x = random.uniform(1e6, 1e6 + 1);
    BOOST_TEST_REQUIRE(x >= 1e6);
    BOOST_TEST_REQUIRE(x <= 1e6 + 1);
  }
}

BOOST_AUTO_TEST_CASE(normal_shape) {
  Random random(1);
  constexpr int draws = 200000;
  std::array<double, 5> moments{};
  int beyond_two = 0;
  for (int i = 0; i < draws; ++i) {
    const double x = random.normal();
    BOOST_TEST_REQUIRE(std::isfinite(x));
    for (std::size_t k = 1; k < moments.size(); ++k)
      moments[k] += std::pow(x, static_cast<double>(k)) / draws;
    beyond_two += std::fabs(x) > 2;
  }
  // The moments E x^k are 0, 1, 0, 3 for k = 1 to 4; the variances of x^k are 1, 2, 15, 96.
  BOOST_TEST(std::fabs(moments[1]) < 5 * std::sqrt(1.0 / draws));
  BOOST_TEST(std::fabs(moments[2] - 1) < 5 * std::sqrt(2.0 / draws));
  BOOST_TEST(std::fabs(moments[3]) < 5 * std::sqrt(15.0 / draws));
  BOOST_TEST(std::fabs(moments[4] - 3) < 5 * std::sqrt(96.0 / draws));
  const double p = std::erfc(std::sqrt(2.0));  // P(|x| > 2)
  BOOST_TEST(std::fabs(beyond_two / double{draws} - p) < 5 * std::sqrt(p * (1 - p) / draws));
}

BOOST_AUTO_TEST_CASE(below_range) {
  Random random(3);
  std::set<std::uint64_t> seen;
  std::array<int, 7> counts{};
  for (int i = 0; i < 70000; ++i) {
    const std::uint64_t x = random.below(7);
    BOOST_TEST_REQUIRE(x < 7);
    ++counts[x];
  }
  for (const int count : counts) BOOST_TEST(std::abs(count - 10000) < 5 * 93);
  for (int i = 0; i < 100; ++i) BOOST_TEST(random.below(1) == 0);
  // The whole 64 bits are used.
  const std::uint64_t huge = ~std::uint64_t{0};
  std::uint64_t ones = 0;
  for (int i = 0; i < 200; ++i) ones |= random.below(huge);
  BOOST_TEST(ones == huge);
}

BOOST_AUTO_TEST_SUITE_END()
