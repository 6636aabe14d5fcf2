// `accurate`, in parts and as a whole: checks the claims at the heads of the files of lib/kernels.
#include "brute_force.hpp"
#include "io/files.hpp"
#include "kernels/kernels.hpp"
#include "kernels/row_passes.hpp"
#include "kernels/sum_minus_1.hpp"
#include "kernels/vector_scalar.hpp"
#include "kinds.hpp"
#include "numerics/compensated_sum.hpp"
#include "ops/log_softmax.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"
#include "random_rows.hpp"

BOOST_AUTO_TEST_SUITE(accurate_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using numerics::Random;
using numerics::Real;
using ops::Op;

constexpr mpfr_prec_t bits = 250;

// The parts of the scalar kernels, of which one lane is used.
using V = kernels::scalar::Vector;

kernels::Exponentials<V, true> exponentials_below(float a) { return {V::all(a), V::all(0.0F)}; }

double log_of_1_and(double q) {
  return kernels::log1p(q, [](double x) { return x; });
}

// Returns |got / f(x) - 1|, where y = f(x).
double relative(double got, mpfr_srcptr y) {
  Real difference(bits);
  mpfr_ui_sub(difference, 0, y, MPFR_RNDN);
  mpfr_add_d(difference, difference, got, MPFR_RNDN);
  mpfr_div(difference, difference, y, MPFR_RNDN);
  return std::abs(mpfr_get_d(difference, MPFR_RNDN));
}

const ops::Variant& accurate(Op op) {
  const auto* variant = ops::find_variant(std::string(name(op)) + ".accurate.scalar");
  BOOST_REQUIRE(variant != nullptr);
  return *variant;
}

double worst_ulp(Op op, const std::vector<float>& row) {
  return tests::worst_ulp(op, row, apply<float>(accurate(op), row));
}

}  // namespace

// The error is at most 0.12 u, as the head of exponential.hpp derives, including g.
BOOST_AUTO_TEST_CASE(the_pair_is_the_exponential) {
  Random random(1);
  Real y(bits);
  double worst = 0, worst_fast = 0;
  for (int i = 0; i < 60000; ++i) {
    const float a = i < 20 ? static_cast<float>(i - 10) / 10 : pick(random, -406, 406);
    const float x = i % 2 ? a - pick(random, 0, 110) : a - pick(random, 0, 1);
    const auto exponentials = exponentials_below(a);
    const kernels::Pair<V> e = exponentials(V::all(x));
    mpfr_set_d(y, x, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_mul_2si(y, y, -static_cast<int>(V::lane_0(exponentials.scale())), MPFR_RNDN);
    mpfr_mul_d(y, y, kernels::exponential::g, MPFR_RNDN);
    worst = std::max(worst, relative(V::lane_0(kernels::value<V>(e)), y));
    const float fast = V::lane_0(kernels::FastTerms<V>::term<true>(exponentials, V::all(x)));
    worst_fast = std::max(worst_fast, relative(double{fast}, y));
    BOOST_TEST_REQUIRE(std::abs(V::lane_0(e.p)) <= 0.0443F);
    BOOST_TEST_REQUIRE((V::lane_0(e.t) > 0x1p-126F && V::lane_0(e.t) < 0x1p41F));
  }
  BOOST_TEST(worst <= 0.12 * 0x1p-24);
  BOOST_TEST(worst >= 0.05 * 0x1p-24);  // the bound is not too loose
  BOOST_TEST(worst_fast <= 1.12 * 0x1p-24);
  BOOST_TEST(worst_fast >= 0.9 * 0x1p-24);
}

BOOST_AUTO_TEST_CASE(what_is_more_than_110_below_is_nothing) {
  const auto exponentials = exponentials_below(3);
  BOOST_TEST(V::lane_0(exponentials(V::all(-107.0F)).t) > 0);
  for (const float x : {-107.00001F, -1e30F, -INFINITY})
    BOOST_TEST(V::lane_0(kernels::value<V>(exponentials(V::all(x)))) == 0);
}

BOOST_AUTO_TEST_CASE(the_logarithm_is_right_to_49_bits) {
  Random random(2);
  Real y(bits);
  for (int i = 0; i < 60000; ++i) {
    double q = std::exp(random.uniform(-300, 14));
    if (i % 3 == 1) q = random.uniform(0, 3);
    if (i < 400) q = 0.4142 + (i - 200) * 1e-6;
    mpfr_set_d(y, q, MPFR_RNDN);
    mpfr_log1p(y, y, MPFR_RNDN);
    BOOST_TEST_REQUIRE(relative(log_of_1_and(q), y) <= 0x1p-49, "log1p of " << q);
  }
  BOOST_TEST(log_of_1_and(0) == 0);
}

BOOST_AUTO_TEST_CASE(the_exponential_pair_of_doubles_is_right_to_95_bits) {
  Random random(3);
  Real y(bits), got(bits);
  for (int i = 0; i < 5000; ++i) {
    const double x = static_cast<double>(i % 2 ? pick(random, -2, 0) : pick(random, -599, 0));
    const auto e = kernels::exponential_pair(x);
    mpfr_set_d(y, x, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_set_d(got, e.high, MPFR_RNDN);
    mpfr_add_d(got, got, e.low, MPFR_RNDN);
    mpfr_sub(got, got, y, MPFR_RNDN);
    mpfr_div(got, got, y, MPFR_RNDN);
    BOOST_TEST_REQUIRE(std::abs(mpfr_get_d(got, MPFR_RNDN)) <= 0x1p-95);
  }
  BOOST_TEST(kernels::exponential_pair(-INFINITY).high == 0);
  BOOST_TEST(kernels::exponential_pair(-600).high == 0);
  BOOST_TEST(kernels::exponential_pair(0).high == 1);
}

// The bounds of sum.hpp for the error relative to the sum of the terms as computed, 0.18 u and 4 s u, are not
// reached by random rows.
BOOST_AUTO_TEST_CASE(the_sum_keeps_what_floats_lose) {
  Random random(4);
  for (const std::size_t n : std::vector<std::size_t>{1, 2, 15, 16, 17, 63, 64, 65, 1000, 100000}) {
    for (const double gap : {0.0, 3.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 30.0}) {
      std::vector<float> x(n);
      for (float& xi : x) xi = -pick(random, gap, gap + 1);
      x[n / 2] = 0;
      const auto exponentials = exponentials_below(0);
      double exact = 0;
      for (const float xi : x) exact += V::lane_0(kernels::value<V>(exponentials(V::all(xi))));
      kernels::Summation<V, kernels::AccurateTerms<V>, true, kernels::Terms::recompute, false> pass(
          exponentials, {.x = x.data(),
                         .n = n,
                         .skipped = n,
                         .kept = nullptr,
                         .plane_stride = 0,
                         .next = x.data(),
                         .result = nullptr});
      kernels::run_passes<kernels::row_block>(n, pass);
      const double got = pass.sum();
      const double unseen = gap > 12 ? 1 - 1 / (1 + static_cast<double>(n) * std::exp(-gap)) : 0;
      BOOST_TEST(std::abs(got / exact - 1) <= (0.13 + 3 * unseen) * 0x1p-24,
                 n << " classes, gap " << gap);
    }
  }
}

// Rows that a search has found. With more than four terms in a lane, four operations round on the way of a
// term. Each is at most 2^-28.5 t, and three of them would be at most 0.133 u.
BOOST_AUTO_TEST_CASE(the_sum_of_a_lane_rounds_four_times) {
  const std::vector<std::vector<float>> rows{
      {-4.94522476F, -4.92460251F, -5.71906424F, -5.71906424F, -1.25433099F, -5.09354305F,
       -1.25609565F, -5.09354305F},
      {-4.81454086F, -4.81458044F, -4.48309851F, -4.22818661F, -4.48343563F, -0.563970089F,
       -3.79772305F, -0.563970089F, -4.81735086F, -4.48309851F, -4.40659618F, -4.81454086F,
       -0.563961923F, -4.37065601F, -0.563970089F, -4.48343563F}};
  const auto exponentials = exponentials_below(0);
  for (const auto& row : rows) {
    kernels::AccurateSum<V> sum;
    numerics::Sum exact;
    for (std::size_t i = 0; i < row.size(); i += 4) {
      kernels::Pair<V> e[4];
      for (std::size_t k = 0; k < 4; ++k) {
        e[k] = exponentials(V::all(row[i + k]));
        const double t = V::lane_0(e[k].t), p = V::lane_0(e[k].p);
        exact += t;
        exact += t * p;  // exact
      }
      sum.add(e[0], e[1], e[2], e[3]);
    }
    const double error = std::abs(V::lane_0(sum.lanes()) / exact.value() - 1) * 0x1p24;
    BOOST_TEST(error > 0.14);
    BOOST_TEST(error <= 0.176);
  }
}

BOOST_AUTO_TEST_CASE(within_one_ulp_on_rows_of_every_kind) {
  Random random(5);
  for (const Kind& kind : kinds)
    for (int i = 0; i < 60; ++i) {
      const std::size_t n = i % 3 == 0 ? 1 + random.below(4) : 1 + random.below(150);
      const double base = random.uniform(-120, 120), gap = random.uniform(0, 110);
      std::vector<float> row(n);
      for (std::size_t k = 0; k < n; ++k) row[k] = kind.logit(random, k, base, gap);
      for (const Op op : ops::ops_of_logits())
        BOOST_TEST_REQUIRE(worst_ulp(op, row) <= 1, kind.what << ", row " << i << ", " << name(op));
    }
}

// This includes the target's entry: computing it as y - 1 would lose digits where y is near 1.
BOOST_AUTO_TEST_CASE(gradients_within_one_ulp) {
  Random random(9);
  double worst = 0;
  for (const Kind& kind : kinds)
    for (int i = 0; i < 60; ++i) {
      const std::size_t n = 2 + random.below(i % 3 == 0 ? 3 : 250);
      const double base = random.uniform(-120, 120), gap = random.uniform(0, 110);
      std::vector<float> row(n), gradient(n), loss(1);
      for (std::size_t k = 0; k < n; ++k) row[k] = kind.logit(random, k, base, gap);
      // In every other row, the target is the class with the largest logit.
      const auto top = std::max_element(row.begin(), row.end()) - row.begin();
      const std::size_t t = i % 2 == 0 ? static_cast<std::size_t>(top) : random.below(n);
      const float scale = static_cast<float>(std::ldexp(1, 8 - static_cast<int>(random.below(20))));
      kernels::cross_entropy_gradient({}, {row.data(), 1, n, n}, {{static_cast<int>(t)}}, scale,
                                      loss, {gradient.data(), 1, n, n});
      worst = std::max(worst, worst_ulp_of_gradient(row, t, scale, gradient));
      BOOST_TEST_REQUIRE(worst <= 1, kind.what << ", row " << i << ", scale " << scale);
    }
  BOOST_TEST(worst > 0.5);
}

// Rows whose exponentials sum to 1, with an increasingly small difference: each logit is the
// logarithm of what the ones before it have left of 1. The error is at most one ULP, where the ULP
// is at least that of the claim's floor.
BOOST_AUTO_TEST_CASE(log_sum_exp_where_the_logits_cancel) {
  Random random(8);
  Real sum(bits), term(bits);
  double least = 1;
  for (int i = 0; i < 400; ++i) {
    std::vector<float> row{i % 4 == 0 ? -std::ldexp(1.0F, -static_cast<int>(random.below(61)))
                                      : -pick(random, 0, 3)};
    const std::size_t n = 2 + random.below(6);
    mpfr_set_ui(sum, 1, MPFR_RNDN);
    while (row.size() < n) {
      mpfr_set_d(term, row.back(), MPFR_RNDN);
      mpfr_exp(term, term, MPFR_RNDN);
      mpfr_sub(sum, sum, term, MPFR_RNDN);
      if (mpfr_sgn(sum) <= 0) break;
      mpfr_log(term, sum, MPFR_RNDN);
      row.push_back(mpfr_get_flt(term, MPFR_RNDN));
    }
    const auto exact = oracle::exact<float>(ops::log_sum_exp, row)[0];
    const float got = apply<float>(accurate(ops::log_sum_exp), row)[0];
    const double y = std::abs(exact.value());
    least = std::min(least, y);
    BOOST_TEST_REQUIRE(numerics::absolute_error(exact, got) <= claim_unit<float>(y, 0x1p-70),
                       "row " << i << ": " << exact.value() << ", got " << got);
  }
  BOOST_TEST(least < 0x1p-60);  // the rows do cancel
}

BOOST_AUTO_TEST_CASE(within_one_ulp_on_long_rows) {
  Random random(6);
  std::vector<float> row(40000);
  for (float& x : row) x = pick(random, -16, 16);
  for (const Op op : ops::ops_of_logits()) BOOST_TEST(worst_ulp(op, row) <= 1, name(op));
  // A million logits. Each term is too small to change the largest one, but together they amount to
  // a tenth of it.
  row.assign(1000000, -16.9907055F);
  row[77] = -0.992186427F;
  for (const Op op : ops::ops_of_logits()) BOOST_TEST(worst_ulp(op, row) <= 1, name(op));
}

BOOST_AUTO_TEST_CASE(rows_that_others_get_wrong) {
  const auto first = [](Op op, std::vector<float> row) {
    return apply<float>(accurate(op), row)[0];
  };
  BOOST_TEST(first(ops::log_softmax, {20, 0, 0}) == -4.1223074e-09F);
  BOOST_TEST(first(ops::log_softmax, {17, 0}) == -4.1399378e-08F);
  BOOST_TEST(first(ops::log_softmax, {90, 0}) == -8.194013e-40F);
  BOOST_TEST(first(ops::log_softmax, {1e8F, 1e8F}) == -0.6931472F);
  BOOST_TEST(first(ops::log_softmax, {0, 105}) == -105);
  BOOST_TEST(first(ops::log_sum_exp, {0, -40}) == 4.248354e-18F);
  BOOST_TEST(first(ops::log_sum_exp, {-0.6931472F, -0.6931472F}) == -1.9046542e-09F);
  BOOST_TEST(first(ops::softmax, {-103, 0}) == 1.4e-45F);  // the smallest subnormal number
  BOOST_TEST(first(ops::softmax, {1000, 1000}) == 0.5F);
  BOOST_TEST(first(ops::softmax, {3e38F, -3e38F}) == 1);
  BOOST_TEST(first(ops::log_softmax, {-3e38F, 3e38F}) == -INFINITY);  // -6e38 rounds to -inf
}

BOOST_AUTO_TEST_CASE(special_values_are_the_projects) {
  for (const std::vector<float>& row : special_rows())
    for (const Op op : ops::ops_of_logits()) {
      const auto exact = oracle::exact<float>(op, row);
      const auto got = apply<float>(accurate(op), row);
      for (std::size_t i = 0; i < got.size(); ++i) {
        BOOST_TEST(numerics::error_ulp(exact[i], got[i]) <= 0.5);
        if (got[i] == 0) BOOST_TEST(!std::signbit(got[i]));
      }
    }
}

// The project guarantees the bits: they are the same with every compiler, and with fma in hardware
// or in software.
BOOST_AUTO_TEST_CASE(the_bits_are_these) {
  Random random(7);
  std::string bytes;
  for (const Kind& kind : kinds)
    for (int i = 0; i < 40; ++i) {
      const std::size_t n = 1 + random.below(300);
      // No libm is used, because the rows must be the same on every platform too.
      const double base = random.uniform(-120, 120), gap = random.uniform(0, 110);
      std::vector<float> row(n);
      for (std::size_t k = 0; k < n; ++k)
        row[k] = kind.what == std::string("far from 0")
                     ? static_cast<float>(std::ldexp(random.uniform(1, 1.0001), i))
                     : kind.logit(random, k, base, gap);
      for (const Op op : ops::ops_of_logits())
        for (const float y : apply<float>(accurate(op), row))
          bytes.append(reinterpret_cast<const char*>(&y), sizeof y);
    }
  BOOST_TEST(io::sha256(bytes) ==
             "69986a3398ecc2ed1220580bae158ae6c20f599d771f135152d838bfd53cbfe1");
}

BOOST_AUTO_TEST_SUITE_END()
