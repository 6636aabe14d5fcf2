// Products of probabilities and sums of their logarithms: the lengths at which the products
// underflow, and the accuracy of the sums.
#include "config_runs.hpp"
#include "likelihood/factors.hpp"
#include "numerics/real.hpp"
#include "plan_of.hpp"
#include "table/table.hpp"

BOOST_AUTO_TEST_SUITE(likelihood_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using likelihood::Example, likelihood::Threshold, likelihood::predicted, likelihood::reached;
using numerics::BFloat16, numerics::Float16;

constexpr const char* config_text = R"(experiment = "likelihood"
title = "Small"
description = "Products."
dtypes = ["float64", "float32", "float16", "bfloat16"]
lengths = [5000]
inaccurate_above_ulp = 8

[[example]]
name = "good"
hazard = "sticks"
probability = 0.9

[[example]]
name = "half"
hazard = "exact"
probability = 0.5

[[example]]
name = "tiny"
hazard = "overflow"
probability = 6e-8

[[example]]
name = "drawn"
hazard = "all sizes"
seed = 7
)";

std::map<std::string, Cells> all_rows() { return rows_of_plan(plan_of("likelihood", config_text)); }

// Returns n log p by MPFR, where p is a double.
double exact_log_power(double p, unsigned long n) {
  numerics::Real x(200);
  mpfr_set_d(x, p, MPFR_RNDN);
  mpfr_log(x, x, MPFR_RNDN);
  mpfr_mul_ui(x, x, n, MPFR_RNDN);
  return mpfr_get_d(x, MPFR_RNDN);
}

}  // namespace

// Powers of two are exact, so that the smallest numbers of the formats determine where the products
// end.
BOOST_AUTO_TEST_CASE(halves_die_where_the_formats_end) {
  const auto hold = [](auto zero, std::size_t subnormal_at, std::size_t zero_at) {
    using T = decltype(zero);
    for (const double p : {0.5, 0.25}) {
      const Example example{"", "", p, 0};
      const std::size_t bits = p == 0.5 ? 1 : 2;
      // p^n = 2^(-n bits).
      const std::size_t first_subnormal = (subnormal_at + bits - 1) / bits;
      const std::size_t first_zero = (zero_at + bits - 1) / bits;
      BOOST_TEST(predicted<T>(example, Threshold::subnormal) == first_subnormal);
      BOOST_TEST(predicted<T>(example, Threshold::zero) == first_zero);
      BOOST_TEST(reached<T>(example, Threshold::subnormal).value() == first_subnormal);
      BOOST_TEST(reached<T>(example, Threshold::zero).value() == first_zero);
    }
  };
  hold(0.0, 1023, 1075);
  hold(0.0F, 127, 150);
  hold(Float16{}, 15, 25);
  hold(BFloat16{}, 127, 134);
}

// The product of rounded factors is close to the exact one until it is subnormal. The smaller p is,
// the less can rounding change n; with p above 1/2 the product never reaches 0.
BOOST_AUTO_TEST_CASE(random_probabilities_die_as_predicted_or_stick) {
  numerics::Random random(1);
  for (int round = 0; round < 300; ++round) {
    const double p = random.uniform(0.001, 0.995);
    const Example example{"", "", p, 0};
    const auto near = [](std::size_t a, std::size_t b) { return a <= b + 1 && b <= a + 1; };
    BOOST_TEST(near(reached<double>(example, Threshold::subnormal).value(),
                    predicted<double>(example, Threshold::subnormal)),
               p);
    const auto zero = reached<float>(example, Threshold::zero);
    BOOST_TEST(zero.has_value() == (static_cast<float>(p) <= 0.5F), p);
    if (p < 0.2) BOOST_TEST(near(zero.value(), predicted<float>(example, Threshold::zero)), p);
    // The prediction is the first n whose product is beyond the limit in long double, which has
    // enough range.
    const auto n = predicted<float>(example, Threshold::zero);
    const auto power = [&](std::size_t k) {
      return std::pow(static_cast<long double>(static_cast<float>(p)), static_cast<long double>(k));
    };
    BOOST_TEST(power(n) <= 0x1p-150L);
    BOOST_TEST(power(n - 1) > 0x1p-150L);
  }
}

BOOST_AUTO_TEST_CASE(a_table_of_known_sums) {
  auto rows = all_rows();
  BOOST_TEST(rows.size() == 4U * 4 * 3);
  const auto cell = [&](const std::string& key, const std::string& column) {
    return rows.at(key).at(column);
  };
  // In units of the smallest subnormal: 0.9 in double is slightly above 0.9, so that 5 times it
  // rounds to 5. In float32 it is slightly below, so that 5 times it rounds to 4; 4 times it, 3.6,
  // rounds to 4 again.
  BOOST_TEST(cell("good/float32/zero", "product_outcome") == "stuck");
  BOOST_TEST(cell("good/float64/zero", "product") == table::cell(5 * 0x1p-1074));
  BOOST_TEST(cell("good/float32/zero", "product") == table::cell(4 * 0x1p-149F));
  BOOST_TEST(cell("half/float64/zero", "product_outcome") == "zero");
  BOOST_TEST(cell("half/float64/zero", "n") == "1075");
  BOOST_TEST(cell("half/float64/subnormal", "product_outcome") == "subnormal");
  BOOST_TEST(cell("half/float64/5000", "n_predicted") == "");

  const auto near = boost::test_tools::tolerance(3e-16);
  BOOST_TEST(std::stod(cell("good/float64/5000", "exact_log_sum")) == exact_log_power(0.9, 5000),
             near);
  BOOST_TEST(
      std::stod(cell("good/float32/5000", "exact_log_sum")) == exact_log_power(double{0.9F}, 5000),
      near);
  BOOST_TEST(std::stod(cell("good/float16/5000", "exact_log_sum")) ==
                 exact_log_power(double{Float16(0.9)}, 5000),
             near);
  // log 0.9 = -0.105 is below half of 0.25, which is the spacing of float16 from 256 on.
  BOOST_TEST(cell("good/float16/5000", "log_sum") == "-256");
  BOOST_TEST(cell("good/float16/5000", "outcome") == "wrong");
  BOOST_TEST(std::stod(cell("good/float16/5000", "lost_factors")) > 2000);
  const double exact = exact_log_power(double{Float16(0.9)}, 5000);
  BOOST_TEST(std::stod(cell("good/float16/5000", "error_ulp")) == (-256 - exact) / 0.5,
             boost::test_tools::tolerance(1e-12));
  BOOST_TEST(cell("good/float64/5000", "lost_factors") == "0");
  // Where the float16 numbers near the sum are 32 apart, the terms are about 32 too. So each addition still changes
  // the sum, which therefore overflows.
  BOOST_TEST(cell("tiny/float16/5000", "outcome") == "overflow");
  BOOST_TEST(cell("tiny/float16/5000", "log_sum") == "-inf");
  BOOST_TEST(cell("tiny/float16/5000", "error_ulp") == "");
  BOOST_TEST(cell("tiny/float32/5000", "outcome") != "overflow");
  for (const auto& [key, row] : rows) {
    if (row.at("summation_bound_u").empty()) continue;
    BOOST_TEST(std::stod(row.at("summation_error_u")) <= std::stod(row.at("summation_bound_u")),
               key);
  }
}

// The factors are drawn again here, and summed in MPFR.
BOOST_AUTO_TEST_CASE(random_factors_are_drawn_from_their_seed) {
  auto rows = all_rows();
  numerics::Random random(7);
  numerics::Real sum(200), x(200);
  mpfr_set_ui(sum, 0, MPFR_RNDN);
  double product = 1;
  std::size_t n = 0;
  for (; n < 5000; ++n) {
    const double p = 1 - random.uniform();
    if (product != 0 && product * p == 0)
      BOOST_TEST(rows.at("drawn/float64/zero").at("n") == std::to_string(n + 1));
    product *= p;
    mpfr_set_d(x, p, MPFR_RNDN);
    mpfr_log(x, x, MPFR_RNDN);
    mpfr_add(sum, sum, x, MPFR_RNDN);
  }
  BOOST_TEST(product == 0);
  const auto& row = rows.at("drawn/float64/5000");
  const double exact = mpfr_get_d(sum, MPFR_RNDN);
  BOOST_TEST(std::stod(row.at("exact_log_sum")) == exact, boost::test_tools::tolerance(3e-16));
  mpfr_sub_d(sum, sum, std::stod(row.at("log_sum")), MPFR_RNDN);
  const double ulp = std::ldexp(1.0, std::ilogb(exact) - 52);
  BOOST_TEST(std::stod(row.at("error_ulp")) == std::abs(mpfr_get_d(sum, MPFR_RNDN)) / ulp,
             boost::test_tools::tolerance(0.02));
}

BOOST_AUTO_TEST_CASE(config_errors_name_the_place) {
  check_mistakes("likelihood", config_text,
                 {{"6e-8", "1e-8", "x.toml:21:15: error: 1e-08 is rounded to 0 in float16"},
                  {"0.9", "0.999", "x.toml:11:15: error: 0.999 is rounded to 1 in bfloat16"},
                  {"0.9", "1", "x.toml:11:15: error: key 'probability' is 1"},
                  {"[5000]", "[10, 10]", "x.toml:5:16: error: 10 factors"},
                  {"[5000]", "[0.5]", "x.toml:5:12: error: 0.5 factors"},
                  {"\"float16\"", "\"float16_in_float32\"",
                   "x.toml:4:33: error: float16_in_float32 computes in float32"},
                  {"\"half\"", "\"good\"", "x.toml:14:8: error: duplicate example 'good'"},
                  {"seed = 7", "seed = 7\nprobability = 0.5",
                   "x.toml:27:1: error: unknown key 'probability'"}});
}

BOOST_AUTO_TEST_CASE(jobs_change_no_byte) {
  check_jobs(config_text);
  BOOST_TEST(rows_of_run(config_text).size() == 48U);
}

BOOST_AUTO_TEST_SUITE_END()
