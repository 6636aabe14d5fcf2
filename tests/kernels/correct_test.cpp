// `correct`: every result is the nearest float. The oracle and MPFR judge.
#include <bit>

#include "available.hpp"
#include "brute_force.hpp"
#include "kernels/correct/fixed.hpp"
#include "kernels/correct/pairs.hpp"
#include "kernels/correct/rounding.hpp"
#include "kernels/correct/third_step.hpp"
#include "kernels/kernels.hpp"
#include "kernels/vector_scalar.hpp"
#include "kinds.hpp"
#include "numerics/real.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/softmax.hpp"
#include "oracle/nearest_gradient.hpp"
#include "oracle/oracle.hpp"

BOOST_AUTO_TEST_SUITE(correct_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using kernels::Algorithm;
using kernels::Isa;
using numerics::Random;
using numerics::Real;
namespace correct = kernels::correct;

constexpr mpfr_prec_t bits = 1000;
using V = kernels::scalar::Vector;
using One = correct::Single<V>;
using Pair = correct::Wide<One>;

struct Results {
  std::vector<float> softmax, log_softmax, losses, gradient, sum;
};

Results compute(Isa isa, const std::vector<float>& x, std::size_t t, float scale) {
  const std::size_t n = x.size();
  const kernels::Method method{Algorithm::correct, isa};
  const kernels::Rows<const float> row{x.data(), 1, n, n};
  const std::vector<std::int32_t> target{static_cast<std::int32_t>(t)};
  Results r{std::vector<float>(n), std::vector<float>(n), std::vector<float>(1),
            std::vector<float>(n), std::vector<float>(1)};
  kernels::softmax(method, row, {r.softmax.data(), 1, n, n});
  kernels::log_softmax(method, row, {r.log_softmax.data(), 1, n, n});
  kernels::log_sum_exp(method, row, r.sum);
  kernels::cross_entropy_gradient(method, row, target, scale, r.losses,
                                  {r.gradient.data(), 1, n, n});
  return r;
}

bool nearest(const numerics::Exact<float>& exact, float got) {
  // The project knows no -0.
  const float due = exact.rounded + 0.0F;
  return std::bit_cast<std::uint32_t>(due) == std::bit_cast<std::uint32_t>(got) ||
         (std::isnan(due) && std::isnan(got));
}

void require_nearest(const std::vector<float>& x, std::size_t t, float scale,
                     const std::string& what) {
  const auto p = oracle::exact<float>(ops::softmax, x),
             log_p = oracle::exact<float>(ops::log_softmax, x),
             sum = oracle::exact<float>(ops::log_sum_exp, x);
  for (const Isa isa : available()) {
    const Results got = compute(isa, x, t, scale);
    const std::string where = what + ", " + std::string(name(isa));
    for (std::size_t i = 0; i < x.size(); ++i) {
      BOOST_TEST_REQUIRE(nearest(p[i], got.softmax[i]), "softmax " << i << ", " << where);
      BOOST_TEST_REQUIRE(nearest(log_p[i], got.log_softmax[i]), "log " << i << ", " << where);
    }
    BOOST_TEST_REQUIRE(nearest(sum[0], got.sum[0]), "log-sum-exp, " << where);
    BOOST_TEST_REQUIRE((got.losses[0] == 0 - got.log_softmax[t] || std::isnan(got.losses[0])),
                       "loss, " << where);
    // A row of a thousand classes would take MPFR a second.
    for (const std::size_t i : {t, std::size_t{0}, x.size() - 1}) {
      const float due = oracle::nearest_gradient(x, i, t, scale), g = got.gradient[i];
      BOOST_TEST_REQUIRE((std::bit_cast<std::uint32_t>(due) == std::bit_cast<std::uint32_t>(g) ||
                          (std::isnan(due) && std::isnan(g))),
                         "gradient " << i << ", " << where);
    }
  }
}

// |got / exact - 1|
double relative_error(const Pair& got, mpfr_srcptr exact) {
  Real sum(bits);
  mpfr_set_d(sum, got.high, MPFR_RNDN);
  mpfr_add_d(sum, sum, got.low, MPFR_RNDN);
  mpfr_sub(sum, sum, exact, MPFR_RNDN);
  mpfr_div(sum, sum, exact, MPFR_RNDN);
  return std::abs(mpfr_get_d(sum, MPFR_RNDN));
}

// The float below log y.
float log_below(mpfr_srcptr y) {
  Real log(bits);
  mpfr_log(log, y, MPFR_RNDN);
  return mpfr_get_flt(log, MPFR_RNDD);
}

// A row of `classes` logits whose first probability is a midpoint between two floats, but for what
// `classes` floats cannot express: each logit is the logarithm of what the ones before it lack.
std::vector<float> near_midpoint(Random& random, std::size_t classes) {
  const double midpoint =
      std::ldexp(static_cast<double>((1U << 25) - 1 - 2 * random.below(1 << 23)),
                 -26 - static_cast<int>(random.below(4)));
  std::vector<float> x{0};
  Real rest(bits), e(bits);
  mpfr_set_ui(rest, 1, MPFR_RNDN);
  mpfr_div_d(rest, rest, midpoint, MPFR_RNDN);
  mpfr_sub_ui(rest, rest, 1, MPFR_RNDN);
  while (x.size() < classes && mpfr_sgn(rest) > 0) {
    x.push_back(log_below(rest));
    mpfr_set_flt(e, x.back(), MPFR_RNDN);
    mpfr_exp(e, e, MPFR_RNDN);
    mpfr_sub(rest, rest, e, MPFR_RNDN);
  }
  return x;
}

}  // namespace

BOOST_AUTO_TEST_CASE(rows_of_every_kind) {
  Random random(1);
  for (const Kind& kind : kinds)
    for (int i = 0; i < 30; ++i) {
      const std::size_t n = i % 3 == 0   ? 1 + random.below(4)
                            : i % 3 == 1 ? 1 + random.below(160)
                                         : 161 + random.below(200);
      const double base = random.uniform(-120, 120), gap = random.uniform(0, 110);
      std::vector<float> row(n);
      for (std::size_t k = 0; k < n; ++k) row[k] = kind.logit(random, k, base, gap);
      const auto top = std::max_element(row.begin(), row.end()) - row.begin();
      const std::size_t t = i % 2 == 0 ? static_cast<std::size_t>(top) : random.below(n);
      const float scale = static_cast<float>(std::ldexp(1, 8 - static_cast<int>(random.below(20))));
      require_nearest(row, t, scale, kind.what + (", row " + std::to_string(i)));
    }
}

// The more classes, the nearer the first probability is to a midpoint: with two, within 2^-25 of
// it, and with each further one 2^-24 of that. Those of five and more need the third step.
BOOST_AUTO_TEST_CASE(rows_beside_midpoints) {
  Random random(2);
  for (std::size_t classes = 2; classes < 9; ++classes) {
    const auto before = correct::counts();
    for (int i = 0; i < 20; ++i)
      require_nearest(near_midpoint(random, classes), 0, 1, std::to_string(classes) + " classes");
    const auto after = correct::counts();
    BOOST_TEST((after.results_in_third_step > before.results_in_third_step) == (classes > 4),
               classes << " classes");
    if (classes > 2) BOOST_TEST(after.sums_in_second_step > before.sums_in_second_step);
  }
}

BOOST_AUTO_TEST_CASE(results_that_no_precision_decides) {
  for (const Isa isa : available()) {
    // -(2^24 + 1) and almost nothing: the sign of that decides.
    BOOST_TEST(compute(isa, {16777216, -1}, 0, 1).log_softmax[1] == -16777218.0F);
    BOOST_TEST(compute(isa, {16777218, -1}, 0, 1).log_softmax[1] == -16777220.0F);
    std::vector<float> many(1000, -INFINITY);
    many[500] = 16777216;
    many[999] = -1;
    BOOST_TEST(compute(isa, many, 0, 1).log_softmax[999] == -16777218.0F);
    // A tie, which the even float wins: the gradient is -3/4 scale, and 3 (2^23 + 1) has 25 bits.
    const float scale = 0x1.000002p0F;
    BOOST_TEST(compute(isa, {0, 0, 0, 0}, 2, scale).gradient[2] == -0x1.8p-1F * 1.0F - 0x1p-23F);
    // The same beside the tie: the fifth class makes the gradient of a leading target smaller.
    const float above = compute(isa, {0, 0, 0, 0, -1000}, 2, scale).gradient[2];
    BOOST_TEST(above == -0x1.800004p-1F);
    const float other = compute(isa, {0, 0, 0, 0, -1000}, 0, 0x1.000006p0F).gradient[0];
    BOOST_TEST(other == -0x1.80000ap-1F);
    // 1 / n is no midpoint, but within 2^-48 of one for some n.
    for (const std::size_t n : {3UL, 7UL, 1025UL, 4097UL}) {
      const std::vector<float> equal(n, 7);
      BOOST_TEST(compute(isa, equal, 0, 1).softmax[n - 1] == static_cast<float>(1.0L / n));
    }
  }
}

// The third step alone, which must find the nearest float among many.
BOOST_AUTO_TEST_CASE(the_third_step_decides_alone) {
  Random random(8);
  const auto around = [](float y, int floats) {
    for (int i = 0; i < std::abs(floats); ++i)
      y = std::nextafter(y, floats < 0 ? -INFINITY : INFINITY);
    return y;
  };
  for (int row = 0; row < 40; ++row) {
    std::vector<float> x(2 + random.below(5));
    for (float& xi : x) xi = pick(random, row % 2 == 0 ? -3 : -110, 2);
    const float m = *std::max_element(x.begin(), x.end());
    const std::size_t i = random.below(x.size());
    const auto decided = [&](correct::Result result, float due, bool same_row) {
      const bool share =
          result == correct::Result::probability || result == correct::Result::complement;
      const float high = around(due, 20);
      BOOST_TEST_REQUIRE(correct::third_step({result, x.data(), x.size(), m, i, 1},
                                             std::max(around(due, -20), share ? 0.0F : -INFINITY),
                                             share ? std::min(high, 1.0F) : high, same_row) == due);
    };
    decided(correct::Result::probability, oracle::exact<float>(ops::softmax, x)[i].rounded, false);
    decided(correct::Result::complement, 0 - oracle::nearest_gradient(x, i, i, 1), true);
    decided(correct::Result::distance, 0 - oracle::exact<float>(ops::log_softmax, x)[i].rounded,
            true);
    decided(correct::Result::log_sum_exp, oracle::exact<float>(ops::log_sum_exp, x)[0].rounded,
            true);
  }
}

BOOST_AUTO_TEST_CASE(subnormal_results) {
  Random random(3);
  for (int i = 0; i < 200; ++i) {
    std::vector<float> x(i % 2 == 0 ? 4 : 200, -120);
    x[0] = 0;
    for (std::size_t k = 1; k < x.size(); ++k) x[k] = static_cast<float>(-random.uniform(85, 106));
    require_nearest(x, 1 + random.below(x.size() - 1), 1, "row " + std::to_string(i));
  }
}

// Log-probabilities: their log-sum-exp is within a few units of 2^-24 of 0.
BOOST_AUTO_TEST_CASE(sums_that_cancel) {
  Random random(4);
  for (int i = 0; i < 60; ++i) {
    std::vector<float> x(2 + random.below(200));
    for (float& xi : x) xi = pick(random, -10, 10);
    require_nearest(compute(Isa::scalar, x, 0, 1).log_softmax, 0, 1, "row " + std::to_string(i));
  }
}

BOOST_AUTO_TEST_CASE(special_values_are_the_projects) {
  for (const std::vector<float>& row : special_rows()) {
    const auto p = oracle::exact<float>(ops::softmax, row),
               log_p = oracle::exact<float>(ops::log_softmax, row);
    const auto sum = oracle::exact<float>(ops::log_sum_exp, row)[0];
    for (const Isa isa : available()) {
      const Results got = compute(isa, row, 0, 1);
      for (std::size_t i = 0; i < row.size(); ++i) {
        BOOST_TEST(nearest(p[i], got.softmax[i]));
        BOOST_TEST(nearest(log_p[i], got.log_softmax[i]));
      }
      BOOST_TEST(nearest(sum, got.sum[0]));
    }
  }
}

BOOST_AUTO_TEST_CASE(exponentials_and_logarithms_have_their_digits) {
  Random random(5);
  Real exact(bits);
  const auto all = [](double a) { return a; };
  for (int i = 0; i < 20000; ++i) {
    const double d = -std::exp(random.uniform(-40, std::log(500.0)));
    mpfr_set_d(exact, d, MPFR_RNDN);
    mpfr_exp(exact, exact, MPFR_RNDN);
    const double first = correct::exponential(d, all);
    BOOST_TEST_REQUIRE(relative_error({first, 0}, exact) <= 0x1.14p-52 + 0x1.7p-55 * -d, d);
    const auto power = correct::wide_power<One>({d, 0});
    BOOST_TEST_REQUIRE(relative_error(power.value(), exact) <= 0x1p-81, d);
    mpfr_sub_ui(exact, exact, 1, MPFR_RNDN);
    BOOST_TEST_REQUIRE(relative_error(power.minus_1(), exact) <= 0x1p-80, d);

    const double q = std::exp(random.uniform(-60, 14));
    mpfr_set_d(exact, q, MPFR_RNDN);
    mpfr_log1p(exact, exact, MPFR_RNDN);
    BOOST_TEST_REQUIRE(relative_error(correct::wide_log1p<V>({q, 0}), exact) <= 0x1p-78, q);
  }
}

// Including subnormal results and ties of h, which e decides.
BOOST_AUTO_TEST_CASE(a_pair_rounds_once) {
  Random random(6);
  Real exact(bits);
  for (int i = 0; i < 100000; ++i) {
    const int exponent = static_cast<int>(random.below(160)) - 155;
    double h = std::ldexp(random.uniform(1, 2), exponent);
    if (i % 2 == 0) h = std::ldexp(std::round(std::ldexp(h, 24 - exponent)), exponent - 24);
    if (i % 3 == 0) h = -h;
    const double e = std::ldexp(h, -54 - static_cast<int>(random.below(60))) *
                     (static_cast<double>(random.below(3)) - 1);
    mpfr_set_d(exact, h, MPFR_RNDN);
    mpfr_add_d(exact, exact, e, MPFR_RNDN);
    BOOST_TEST_REQUIRE(correct::nearest(h, e) == mpfr_get_flt(exact, MPFR_RNDN), h << " + " << e);
  }
}

BOOST_AUTO_TEST_CASE(intervals_enclose_exponentials) {
  Random random(7);
  Real exact(2000), end(2000);
  const auto value = [](const correct::Fixed& a, mpfr_ptr result) {
    mpfr_set_ui(result, 0, MPFR_RNDN);
    Real word(64);
    for (std::size_t i = 0; i < correct::Fixed::words; ++i) {
      mpfr_set_ui(word, a.word[i], MPFR_RNDN);
      mpfr_mul_2si(word, word, 64 * static_cast<long>(i) - correct::Fixed::fraction_bits,
                   MPFR_RNDN);
      mpfr_add(result, result, word, MPFR_RNDN);
    }
  };
  for (int i = 0; i < 300; ++i) {
    const double a = i == 0       ? 0
                     : i % 4 == 0 ? random.uniform(0, 40)
                                  : -std::exp(random.uniform(-90, 6.5));
    const correct::Interval e = correct::exponential_of(correct::Fixed(a));
    mpfr_set_d(exact, a, MPFR_RNDN);
    mpfr_exp(exact, exact, MPFR_RNDN);
    value(e.low, end);
    BOOST_TEST_REQUIRE(mpfr_cmp(end, exact) <= 0, a);
    BOOST_TEST_REQUIRE(e.above == (a != 0));
    value(e.high, end);
    BOOST_TEST_REQUIRE(mpfr_cmp(exact, end) <= 0, a);
    mpfr_sub(end, end, exact, MPFR_RNDN);
    mpfr_div_d(end, end, std::max(1.0, std::exp(a)), MPFR_RNDN);
    BOOST_TEST_REQUIRE(mpfr_cmp_d(end, 0x1p-500) <= 0, a);
  }
}

BOOST_AUTO_TEST_SUITE_END()
