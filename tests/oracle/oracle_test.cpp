// Compares the oracle with brute force and with published rows, and tests the cases in which a
// rounding or a binade can only be decided by reasoning, not by precision.
#include "oracle/oracle.hpp"

#include "brute_force.hpp"
#include "numerics/random.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"

BOOST_AUTO_TEST_SUITE(oracle_test)

using namespace maxtrick;
using namespace maxtrick::numerics;
using namespace maxtrick::ops;
using namespace maxtrick::oracle;
using namespace maxtrick::tests;

namespace {

template <class T>
std::vector<Exact<T>> oracle(Op op, const std::vector<T>& logits,
                             Stages stages = Stages::mpfr_only) {
  return exact<T>(op, logits, stages);
}

template <class T>
void require_same(const Exact<T>& got, const Exact<T>& expected) {
  BOOST_TEST_REQUIRE(got.special == expected.special);
  BOOST_TEST_REQUIRE(got.rounded == expected.rounded);
  BOOST_TEST_REQUIRE(std::signbit(got.rounded) == std::signbit(expected.rounded));
  if (got.special) return;
  BOOST_TEST_REQUIRE(got.ulp_exponent == expected.ulp_exponent);
  BOOST_TEST_REQUIRE(std::fabs(got.rest - expected.rest) <=
                     0x1p-40 * std::max(1.0, std::fabs(expected.rest)));
}

template <class T>
void require_brute_force(const std::vector<T>& logits, mpfr_prec_t bits = 600) {
  for (const Op op : brute_force::known_ops) {
    const auto expected = brute_force::exact<T>(op, logits, bits);
    for (const Stages stages : {Stages::mpfr_only, Stages::pairs_first}) {
      const auto got = oracle(op, logits, stages);
      BOOST_TEST_REQUIRE(got.size() == outputs(op, logits.size()));
      BOOST_TEST_REQUIRE(got.size() == expected.size());
      for (std::size_t i = 0; i < got.size(); ++i) {
        BOOST_TEST_CONTEXT(name(op) << (stages == Stages::mpfr_only ? ", MPFR" : ", pairs")
                                    << ", class " << i << " of " << got.size()) {
          require_same(got[i], expected[i]);
        }
      }
    }
  }
}

// Returns logits for the brute-force comparison; each kind has its own hazard.
template <class T>
T draw(Random& random, int kind) {
  switch (kind) {
    case 0: return T(random.normal());          // ordinary
    case 1: return T(30 * random.normal());     // one class dominates
    case 2: return T(random.uniform(-110, 0));  // subnormal float32 results
    case 3:                                     // subnormal float64 results
      return T(random.below(2) == 0 ? random.normal() : random.uniform(-748, -700));
    case 4: return T(double(random.below(3)) - 1);                                 // equal logits
    case 5: return T(1 + double(random.below(4)) * double(Limits<T>::epsilon()));  // neighbours
    case 6: return T(1e7 + double(random.below(40)));                              // large offset
    case 7: return T(-1e7 - double(random.below(40)));                       // the same, negative
    case 8: return random.below(3) == 0 ? -inf<T> : T(5 * random.normal());  // masked classes
    case 9: return T(std::ldexp(random.uniform(-1, 1), -static_cast<int>(random.below(120))));
    default: return T(random.uniform(-3, -2));  // log_sum_exp near 0 for about 12 classes
  }
}
constexpr int kinds = 11;

}  // namespace

// Cases compute exact answers in several threads at once. MPFR has flags, an exponent range and caches, of which each
// thread must have its own.
BOOST_AUTO_TEST_CASE(mpfr_is_safe_for_threads) { BOOST_TEST(mpfr_buildopt_tls_p() != 0); }

BOOST_AUTO_TEST_CASE_TEMPLATE(agrees_with_brute_force, T, FloatTypes) {
  Random random(2024);
  int subnormal = 0;
  for (int kind = 0; kind < kinds; ++kind) {
    for (int round = 0; round < 60; ++round) {
      std::vector<T> logits(1 + random.below(round % 4 == 0 ? 40 : 12));
      for (T& x : logits) x = draw<T>(random, kind);
      if (std::all_of(logits.begin(), logits.end(), [](T x) { return x == -inf<T>; })) continue;
      BOOST_TEST_CONTEXT("kind " << kind << " round " << round)
      require_brute_force(logits, 1400);
      for (const auto& y : oracle(ops::softmax, logits))
        subnormal += y.rounded > 0 && y.rounded < Limits<T>::min();
    }
  }
  BOOST_TEST(subnormal > 50);
}

BOOST_AUTO_TEST_CASE(published_rows) {
  // log_softmax of class 0, float32 (pytorch#113708, scipy#19521 and neighbours).
  struct Row {
    std::vector<float> logits;
    double expected;
  };
  const Row rows[] = {{{17, 0}, -4.13993763e-08},
                      {{50, 0}, -1.92874985e-22},
                      {{90, 0}, -8.194013e-40},
                      {{1e4f, 1e4f}, -0.693147181},
                      {{1e8f, 1e8f}, -0.693147181},
                      {{-200, -201}, -0.313261688},
                      {{0, 105}, -105},
                      {{20, 0, 0}, -4.122e-9},
                      {{15, 0, 0, 0}, -9.177e-7}};
  for (const auto& [logits, expected] : rows) {
    const auto y = oracle(ops::log_softmax, logits)[0];
    const double figures = expected > -1e-30 ? 1e-7 : logits.size() > 2 ? 1e-4 : 2e-9;
    BOOST_TEST(y.value() == expected, boost::test_tools::tolerance(figures));
    require_brute_force(logits);
  }
  // scipy#18295
  const auto y = oracle<double>(ops::log_sum_exp, {0, -40})[0];
  BOOST_TEST(y.value() == 4.248354255291589e-18, boost::test_tools::tolerance(1e-15));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(special_values, T, FloatTypes) {
  const T nan = qnan<T>;
  const auto all_nan = [](const std::vector<Exact<T>>& row, std::size_t size) {
    return row.size() == size && std::all_of(row.begin(), row.end(), [](const Exact<T>& y) {
             return y.special && std::isnan(y.rounded);
           });
  };
  for (const Op op : {ops::softmax, ops::log_softmax}) {
    BOOST_TEST(all_nan(oracle<T>(op, {1, nan, -inf<T>}), 3));
    BOOST_TEST(all_nan(oracle<T>(op, {inf<T>, 1, 2, 3}), 4));
    BOOST_TEST(all_nan(oracle<T>(op, {inf<T>, -inf<T>}), 2));
    BOOST_TEST(all_nan(oracle<T>(op, {-inf<T>, -inf<T>}), 2));
    BOOST_TEST(all_nan(oracle<T>(op, {-inf<T>}), 1));
    BOOST_TEST(all_nan(oracle<T>(op, {inf<T>}), 1));
  }
  const auto lse = [](std::vector<T> row) {
    const auto y = oracle(ops::log_sum_exp, row);
    BOOST_TEST_REQUIRE(y.size() == 1);
    BOOST_TEST(y[0].special);
    return y[0].rounded;
  };
  BOOST_TEST(std::isnan(lse({1, nan})));
  BOOST_TEST(std::isnan(lse({nan, inf<T>})));
  BOOST_TEST(lse({1, inf<T>, -inf<T>}) == inf<T>);
  BOOST_TEST(lse({-inf<T>, -inf<T>}) == -inf<T>);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(masked_classes_take_no_part, T, FloatTypes) {
  const std::vector<T> plain{1, 2};
  const std::vector<T> masked{-inf<T>, 1, -inf<T>, 2};
  for (const Op op : {ops::softmax, ops::log_softmax}) {
    const auto expected = oracle(op, plain);
    const auto got = oracle(op, masked);
    BOOST_TEST_REQUIRE(got.size() == 4);
    require_same(got[1], expected[0]);
    require_same(got[3], expected[1]);
    for (const std::size_t i : {0U, 2U}) {
      BOOST_TEST(got[i].rounded == (op == ops::softmax ? 0 : -inf<T>));
      BOOST_TEST(got[i].special == (op == ops::log_softmax));
      if (op == ops::softmax) BOOST_TEST(error_ulp(got[i], Limits<T>::denorm_min()) == 1);
    }
  }
  require_same(oracle(ops::log_sum_exp, masked)[0], oracle(ops::log_sum_exp, plain)[0]);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(one_class, T, FloatTypes) {
  for (const T x : {T{0}, T{1.5}, T(-0.1), Limits<T>::max(), Limits<T>::lowest(), Limits<T>::min(),
                    -Limits<T>::denorm_min()}) {
    for (const std::vector<T>& row : {std::vector<T>{x}, {-inf<T>, x}}) {
      const auto p = oracle(ops::softmax, row).back();
      BOOST_TEST(p.rounded == 1);
      BOOST_TEST(p.rest == 0);
      BOOST_TEST(p.ulp_exponent == 1 - Limits<T>::digits);
      const auto log_p = oracle(ops::log_softmax, row).back();
      BOOST_TEST(log_p.rounded == 0);
      BOOST_TEST(!std::signbit(log_p.rounded));
      BOOST_TEST(log_p.rest == 0);
      BOOST_TEST(log_p.ulp_exponent == Limits<T>::min_exponent - Limits<T>::digits);
      const auto lse = oracle(ops::log_sum_exp, row)[0];
      BOOST_TEST(lse.rounded == x);
      BOOST_TEST(lse.rest == 0);
      BOOST_TEST(!lse.special);
    }
  }
  BOOST_TEST(!std::signbit(oracle<T>(ops::log_sum_exp, {-T{0}})[0].rounded));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(no_classes, T, FloatTypes) {
  for (const Op op : ops::ops_of_logits())
    BOOST_CHECK_THROW(oracle<T>(op, {}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(equal_logits, T, FloatTypes) {
  for (const T x : {T{0}, T{7.25}, T(-1e30), Limits<T>::max(), Limits<T>::denorm_min()}) {
    for (int log2_classes = 0; log2_classes <= 10; ++log2_classes) {
      const std::size_t classes = std::size_t{1} << log2_classes;
      const auto row = oracle(ops::softmax, std::vector<T>(classes, x));
      BOOST_TEST_REQUIRE(row.size() == classes);
      BOOST_TEST(row.back().rounded == std::ldexp(T{1}, -log2_classes));
      BOOST_TEST(row.back().rest == 0);
      BOOST_TEST(row.back().ulp_exponent == 1 - log2_classes - Limits<T>::digits);
    }
  }
  require_brute_force(std::vector<T>(3, T{2}));
  require_brute_force(std::vector<T>(1000, T{-5}));
  // +0 and -0 are the same logit.
  BOOST_TEST(oracle<T>(ops::softmax, {T{0}, -T{0}})[1].rounded == T{0.5});
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_million_equal_classes, T, FloatTypes) {
  constexpr int classes = 1000000;
  const std::vector<T> logits(classes, T{3});
  const auto p = oracle(ops::softmax, logits);
  BOOST_TEST(p.size() == logits.size());
  BOOST_TEST(p.front().rounded == T(1e-6));
  BOOST_TEST(p.back().rounded == T(1e-6));
  Real y(300);
  mpfr_log_ui(y, classes, MPFR_RNDN);
  mpfr_neg(y, y, MPFR_RNDN);
  require_same(oracle(ops::log_softmax, logits)[7], brute_force::describe<T>(y));
  mpfr_ui_sub(y, 3, y, MPFR_RNDN);
  require_same(oracle(ops::log_sum_exp, logits)[0], brute_force::describe<T>(y));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(many_distinct_classes, T, FloatTypes) {
  Random random(5);
  std::vector<T> logits(20000);
  for (T& x : logits) x = T(random.normal());
  require_brute_force(logits, 300);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(order_of_classes_does_not_matter, T, FloatTypes) {
  Random random(6);
  std::vector<T> logits(50);
  for (T& x : logits) x = T(10 * random.normal());
  auto reversed = logits;
  std::reverse(reversed.begin(), reversed.end());
  for (const Op op : ops::ops_of_logits()) {
    const auto there = oracle(op, logits);
    const auto back = oracle(op, reversed);
    for (std::size_t i = 0; i < there.size(); ++i) {
      const auto& twin = back[back.size() - 1 - i];
      BOOST_TEST(there[i].rounded == twin.rounded);
      BOOST_TEST(there[i].rest == twin.rest);
    }
  }
}

// Values close to a power of two: the ULP is that of the binade of y, even though y rounds to the
// end of the binade.
BOOST_AUTO_TEST_CASE_TEMPLATE(binade_beside_a_power_of_two, T, FloatTypes) {
  const int ulp_of_1 = 1 - Limits<T>::digits;
  for (const T far : {T{-2000}, T(-1e30), Limits<T>::lowest()}) {
    const auto exponent = [](Op op, const std::vector<T>& row, T expected) {
      const auto y = oracle(op, row)[0];
      BOOST_TEST(y.rounded == expected);
      BOOST_TEST(std::fabs(y.rest) < 1e-12);
      return y.ulp_exponent;
    };
    BOOST_TEST(exponent(ops::softmax, {0, far}, 1) == ulp_of_1 - 1);
    BOOST_TEST(exponent(ops::softmax, {0, 0, far}, T{0.5}) == ulp_of_1 - 2);
    BOOST_TEST(exponent(ops::softmax, {0, 0, 0, far, 0}, T{0.25}) == ulp_of_1 - 3);
    // 1/3 is not close to a power of two.
    BOOST_TEST(oracle<T>(ops::softmax, {0, 0, 0, far})[0].ulp_exponent == ulp_of_1 - 2);
    // m + L > m: the value lies farther from 0 for m > 0, and nearer to 0 for m < 0.
    BOOST_TEST(exponent(ops::log_sum_exp, {4, far}, 4) == ulp_of_1 + 2);
    BOOST_TEST(exponent(ops::log_sum_exp, {-4, far}, -4) == ulp_of_1 + 1);
    // d - L < d: the value lies farther from 0; |d| = |far| is not a power of two either.
    BOOST_TEST(oracle<T>(ops::log_softmax, {0, far})[0].rounded == 0);
    BOOST_TEST(oracle<T>(ops::log_softmax, {far, 0})[0].rounded == far);
  }
  BOOST_TEST(oracle<T>(ops::log_softmax, {-4096, 0})[0].rounded == -4096);
  BOOST_TEST(oracle<T>(ops::log_softmax, {-4096, 0})[0].ulp_exponent == ulp_of_1 + 12);
}

// d is a midpoint of T, and y = d - L lies e^d beyond it. For these rows no precision would show
// the difference.
BOOST_AUTO_TEST_CASE_TEMPLATE(midpoint, T, FloatTypes) {
  const T big = std::ldexp(T{1}, Limits<T>::digits);
  const auto y = oracle<T>(ops::log_softmax, {-big, 1})[0];
  BOOST_TEST(y.rounded == -(big + 2));  // a tie would go to -big, which is even
  BOOST_TEST(y.rest <= 0.5);
  BOOST_TEST(y.rest > 0.5 - 1e-12);
  BOOST_TEST(y.ulp_exponent == 1);
  // The same within one binade, with a difference that needs many bits: -(2^100 - 2^-100).
  if (Limits<T>::max_exponent < 200) {
    const auto below = oracle<T>(ops::log_softmax, {-0x1p100f, -0x1p-100f})[0];
    BOOST_TEST(below.rounded == -0x1p100f);
    BOOST_TEST(below.ulp_exponent == 100 - Limits<T>::digits);
  }
}

// The differences are so small that e^d equals 1 to a thousand bits.
BOOST_AUTO_TEST_CASE_TEMPLATE(tiny_differences, T, FloatTypes) {
  const T h = Limits<T>::denorm_min();
  const auto two = oracle<T>(ops::softmax, {0, -h});
  BOOST_TEST(two[0].rounded == T{0.5});
  BOOST_TEST(two[1].rounded == T{0.5});
  BOOST_TEST(two[0].ulp_exponent == -Limits<T>::digits);      // above 1/2
  BOOST_TEST(two[1].ulp_exponent == -Limits<T>::digits - 1);  // below
  // y_0 = 1/(2 + e^h + e^-h) = 1/(4 + h^2 + ...), which is below 1/4 by a relative h^2 / 4.
  const auto four = oracle<T>(ops::softmax, {0, h, -h, 0});
  BOOST_TEST(four[0].rounded == T{0.25});
  BOOST_TEST(four[0].ulp_exponent == -Limits<T>::digits - 2);
  BOOST_TEST(four[1].ulp_exponent == -Limits<T>::digits - 1);
  require_brute_force(std::vector<T>{0, -h}, 3000);
  require_brute_force(std::vector<T>{h, 3 * h, -h, 5 * h}, 5000);
}

BOOST_AUTO_TEST_CASE(log_sum_exp_near_zero) {
  for (const unsigned classes : {2U, 3U, 10U, 1000U}) {
    Real y(200);
    mpfr_log_ui(y, classes, MPFR_RNDN);
    const std::vector<float> single(classes, -mpfr_get_flt(y, MPFR_RNDN));
    const std::vector<double> twice(classes, -mpfr_get_d(y, MPFR_RNDN));
    BOOST_TEST(std::fabs(oracle(ops::log_sum_exp, single)[0].rounded) < 1e-6f);
    BOOST_TEST(std::fabs(oracle(ops::log_sum_exp, twice)[0].rounded) < 1e-15);
    BOOST_TEST(oracle(ops::log_sum_exp, twice)[0].rounded != 0);
    require_brute_force(single);
    require_brute_force(twice);
  }
  // e^-2^-149 + e^x is almost 1, so that log-sum-exp is a subnormal sum of two subnormal parts.
  require_brute_force(std::vector<float>{-0x1p-149f, -103.27893f});
  require_brute_force(std::vector<double>{-0x1p-1074, -744.4400719213812}, 2600);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(subnormal_results, T, FloatTypes) {
  const T edge = std::log(Limits<T>::min());
  const T last = std::log(Limits<T>::denorm_min());
  for (T x = 0; x > -2 * T(Limits<T>::digits); x -= T(0.37)) {
    require_brute_force(std::vector<T>{0, edge + x, edge + x / 2}, 2600);
    require_brute_force(std::vector<T>{edge + x, 0, 0}, 2600);
  }
  // Values just below and just above the midpoint of 0 and the smallest positive number.
  const T middle = last - std::log(T{2});
  BOOST_TEST(oracle<T>(ops::softmax, {0, middle * (1 + Limits<T>::epsilon())})[1].rounded == 0);
  BOOST_TEST(oracle<T>(ops::softmax, {0, middle * (1 - 4 * Limits<T>::epsilon())})[1].rounded ==
             Limits<T>::denorm_min());
  // log_softmax of the largest logit is -e^-d, which is subnormal too.
  BOOST_TEST(oracle<T>(ops::log_softmax, {-edge + 3, 0})[0].rounded > -Limits<T>::min());
  BOOST_TEST(oracle<T>(ops::log_softmax, {-edge + 3, 0})[0].rounded < 0);
}

BOOST_AUTO_TEST_CASE(differences_beyond_the_largest_number) {
  const std::vector<float> logits{3e38f, -3e38f};
  const auto y = oracle(ops::log_softmax, logits);
  BOOST_TEST(y[0].rounded == 0);
  BOOST_TEST(!std::signbit(y[0].rounded));
  BOOST_TEST(y[0].rest == 0);
  BOOST_TEST(y[1].rounded == -inf<float>);
  BOOST_TEST(!y[1].special);
  BOOST_TEST(y[1].value() == -2 * double{3e38f});
  BOOST_TEST(y[1].ulp_exponent == 104);
  BOOST_TEST(oracle(ops::softmax, logits)[0].rounded == 1);
  BOOST_TEST(oracle(ops::softmax, logits)[1].rounded == 0);
  BOOST_TEST(oracle(ops::log_sum_exp, logits)[0].rounded == 3e38f);

  const std::vector<double> twice{-1.5e308, 1.5e308, 1e-308};
  const auto z = oracle(ops::log_softmax, twice);
  BOOST_TEST(z[0].rounded == -inf<double>);
  BOOST_TEST(!z[0].special);
  BOOST_TEST(z[0].value() == -inf<double>);
  BOOST_TEST(error_ulp(z[0], -Limits<double>::max()) ==
             std::ldexp(1.5e308, -970) - std::ldexp(Limits<double>::max(), -971));
  BOOST_TEST(z[1].rounded == 0);
  BOOST_TEST(z[2].rounded == -1.5e308);

  // The largest number, and the midpoint between it and infinity, which is 2^24 - 1/2 ULP of the
  // top binade.
  const float largest = Limits<float>::max();
  const auto at = [&](float x) {
    return oracle<float>(ops::log_softmax, {-largest, x})[0].rounded;
  };
  BOOST_TEST(at(0x1p102f) == -largest);
  BOOST_TEST(at(0x1p103f) == -inf<float>);
  BOOST_TEST(at(std::nextafter(0x1p103f, 0.0f)) == -largest);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(huge_offsets, T, FloatTypes) {
  const auto row = oracle<T>(ops::softmax, {T(1e30), T(1e30), T(-1e30)});
  BOOST_TEST(row[0].rounded == T{0.5});
  BOOST_TEST(row[2].rounded == 0);
  // An exact shift changes no probability.
  const std::vector<T> near{0, 1, -3, T{0.5}};
  std::vector<T> shifted;
  for (const T x : near) shifted.push_back(x + T(1 << 20));
  for (const Op op : {ops::softmax, ops::log_softmax}) {
    const auto there = oracle(op, near);
    const auto here = oracle(op, shifted);
    for (std::size_t i = 0; i < near.size(); ++i) require_same(here[i], there[i]);
  }
}

// Under AddressSanitizer this is also a leak check, since MPFR caches constants in each thread.
BOOST_AUTO_TEST_CASE(safe_in_threads) {
  const std::vector<double> logits{0.25, -1, 3, -700};
  std::vector<std::vector<Exact<double>>> results(8);
  std::vector<std::thread> threads;
  for (auto& result : results) threads.emplace_back([&] { result = oracle(ops::softmax, logits); });
  for (auto& thread : threads) thread.join();
  for (const auto& result : results)
    for (std::size_t i = 0; i < logits.size(); ++i) require_same(result[i], results[0][i]);
  require_brute_force(logits, 3000);
}

BOOST_AUTO_TEST_SUITE_END()
