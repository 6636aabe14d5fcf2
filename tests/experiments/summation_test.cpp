// The orders of summation, their bounds, and the experiment that compares them.
#include "numerics/summation.hpp"

#include "config_runs.hpp"
#include "numerics/random.hpp"
#include "ops/dtype.hpp"
#include "oracle/oracle.hpp"
#include "plan_of.hpp"
#include "run/schedule.hpp"
#include "table/table.hpp"

BOOST_AUTO_TEST_SUITE(summation_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using numerics::BFloat16, ops::DType, numerics::Float16, numerics::SumOrder;
using enum SumOrder::Kind;

const SumOrder left{left_to_right}, by_halves{pairwise}, corrected{compensated}, wide{wider};

template <class T>
double total(const SumOrder& order, const std::vector<T>& terms) {
  return static_cast<double>(numerics::sum(order, std::span<const T>(terms)));
}

template <class T>
std::vector<T> ones(std::size_t n) {
  return std::vector<T>(n, T(1));
}

// Returns a row of one of several shapes. Its terms are multiples of 2^-30 and at most 1.
template <class T>
std::vector<T> random_terms(numerics::Random& random, std::size_t n) {
  const std::uint64_t shape = random.below(3);
  std::vector<T> terms;
  while (terms.size() < n) {
    const double size = shape == 0 ? 1 : std::ldexp(1.0, -static_cast<int>(random.below(18)));
    const double term = shape == 2 && terms.empty() ? 1 : size * random.uniform();
    terms.push_back(static_cast<T>(std::ldexp(std::floor(std::ldexp(term, 30)), -30)));
  }
  return terms;
}

constexpr const char* config_text = R"(experiment = "summation"
title = "Small"
description = "Sums."
dtypes = ["float32", "bfloat16"]
orders = ["left-to-right", "lanes-8", "compensated", "wider"]
classes = [1, 2, 300]
rows = 2
inaccurate_above_u = 8

[[distribution]]
name = "ones"
hazard = "stagnation"
terms = "equal"
logit = 0

[[distribution]]
name = "one"
hazard = "loss"
terms = "dominant"
others_u = 1

[[distribution]]
name = "normal"
hazard = "none"
terms = "normal"
scale = 2
seed = 3
)";

std::map<std::string, Cells> rows_of_sums(const std::string& config) {
  return rows_of_plan(plan_of("summation", config));
}

}  // namespace

// A sum of ones stagnates at 2^p, where 1 is half the distance to the next number and the tie
// rounds to even.
BOOST_AUTO_TEST_CASE(ones_stagnate_where_they_must) {
  BOOST_TEST(total(left, ones<BFloat16>(256)) == 256);
  BOOST_TEST(total(left, ones<BFloat16>(5000)) == 256);
  BOOST_TEST(total(left, ones<Float16>(5000)) == 2048);
  BOOST_TEST(total(left, ones<float>(5000)) == 5000);
  BOOST_TEST(total(SumOrder{lanes, 8}, ones<BFloat16>(5000)) == 8 * 256);
  BOOST_TEST(total(SumOrder{lanes, 64}, ones<BFloat16>(64 * 200)) == 64 * 200);
  BOOST_TEST(total(by_halves, ones<BFloat16>(4096)) == 4096);
  // The correction is an integer too, and stagnates in the same way.
  BOOST_TEST(total(corrected, ones<Float16>(3000)) == 3000);
  BOOST_TEST(total(corrected, ones<Float16>(9000)) == 2 * 2048);
  BOOST_TEST(total(wide, ones<Float16>(9000)) == 9000);
  // Only orders that do not stagnate can overflow.
  BOOST_TEST(std::isinf(total(by_halves, ones<Float16>(65536))));
  BOOST_TEST(std::isinf(total(wide, ones<Float16>(65536))));
  BOOST_TEST(total(left, ones<Float16>(65536)) == 2048);
}

BOOST_AUTO_TEST_CASE(ties_to_1_are_lost_from_left_to_right_only) {
  const double u = 0x1p-24;
  std::vector<float> terms(1025, static_cast<float>(u));
  terms[0] = 1;
  BOOST_TEST(total(left, terms) == 1);
  BOOST_TEST(total(corrected, terms) == 1 + 1024 * u);
  BOOST_TEST(total(wide, terms) == 1 + 1024 * u);
  // Only lane 0 holds the 1 and loses its 128 terms.
  BOOST_TEST(total(SumOrder{lanes, 8}, terms) == 1 + (1024 - 128) * u);
  std::reverse(terms.begin(), terms.end());
  BOOST_TEST(total(left, terms) == 1 + 1024 * u);
}

BOOST_AUTO_TEST_CASE(orders_add_in_the_order_that_they_state) {
  numerics::Random random(1);
  for (int round = 0; round < 200; ++round) {
    const std::size_t power = std::size_t{1} << random.below(9);
    auto level = random_terms<float>(random, power);
    const double halves = total(by_halves, level);
    // If the number of terms is a power of two, recursive halving is the same as adding neighbours
    // level by level.
    while (level.size() > 1) {
      std::vector<float> next;
      for (std::size_t i = 0; i < level.size(); i += 2) next.push_back(level[i] + level[i + 1]);
      level = next;
    }
    BOOST_TEST(halves == double{level[0]});

    const auto terms = random_terms<float>(random, 1 + random.below(300));
    float lane[4] = {};
    for (std::size_t i = 0; i < terms.size(); ++i) lane[i % 4] += terms[i];
    BOOST_TEST(total(SumOrder{lanes, 4}, terms) ==
               double{(lane[0] + lane[2]) + (lane[1] + lane[3])});
  }
}

// The exact sum is a multiple of 2^-54 that 64 bits represent.
BOOST_AUTO_TEST_CASE(no_order_is_beyond_its_bound) {
  numerics::Random random(2);
  double nearest[5] = {};
  const auto hold = [&]<class T>(T) {
    for (int round = 0; round < 150; ++round) {
      const std::size_t n = 1 + random.below(900);
      const auto terms = random_terms<T>(random, n);
      std::uint64_t exact = 0;
      for (const T t : terms)
        exact += static_cast<std::uint64_t>(std::ldexp(static_cast<double>(t), 54));
      if (exact == 0) continue;
      const double u = std::ldexp(1.0, -std::numeric_limits<T>::digits);
      for (const SumOrder& order : numerics::all_sum_orders()) {
        const auto got = static_cast<std::uint64_t>(std::ldexp(total(order, terms), 54));
        const double error = static_cast<double>(got > exact ? got - exact : exact - got) /
                             static_cast<double>(exact);
        const double bound = numerics::sum_bound(order, n, u);
        BOOST_TEST(error <= bound, order.name() << ", " << n << " terms, u = " << u);
        auto& nearness = nearest[static_cast<int>(order.kind)];
        if (n > 1) nearness = std::max(nearness, error / bound);
      }
    }
  };
  hold(float{});
  hold(Float16{});
  hold(BFloat16{});
  // The bounds are not too loose.
  for (const double nearness : nearest) BOOST_TEST(nearness > 0.1);
}

BOOST_AUTO_TEST_CASE(bounds_are_what_the_book_says) {
  using numerics::sum_bound;
  const double u = 0x1p-24;
  const auto gamma = [&](double k) { return k * u / (1 - k * u); };
  const auto near = boost::test_tools::tolerance(1e-14);
  BOOST_TEST(sum_bound(left, 1000, u) == gamma(999), near);
  BOOST_TEST(sum_bound(by_halves, 1000, u) == gamma(10), near);
  BOOST_TEST(sum_bound(by_halves, 1024, u) == gamma(10), near);
  BOOST_TEST(sum_bound(by_halves, 1025, u) == gamma(11), near);
  BOOST_TEST(sum_bound(SumOrder{lanes, 8}, 1001, u) == (1 + gamma(125)) * (1 + gamma(3)) - 1,
             boost::test_tools::tolerance(1e-9));
  // With fewer terms than lanes, only the tree over the lanes that hold a term adds errors.
  BOOST_TEST(sum_bound(SumOrder{lanes, 64}, 10, u) == gamma(4), near);
  BOOST_TEST(sum_bound(corrected, 1000, u) == u + (1 + u) * gamma(999) * gamma(998), near);
  BOOST_TEST(sum_bound(wide, 1000, u) == u, boost::test_tools::tolerance(1e-5));
  BOOST_TEST(sum_bound(wide, 1000, u) > u);
  for (const SumOrder& order : numerics::all_sum_orders()) {
    if (order.kind != wider) BOOST_TEST(sum_bound(order, 1, u) == 0, order.name());
    BOOST_TEST(sum_bound(order, 2, u) < 1.001 * u, order.name());
  }
  // For k u >= 1/2 the bound is at most 1, the whole sum.
  BOOST_TEST(sum_bound(left, 128, 0x1p-8) < 1);
  BOOST_TEST(sum_bound(left, 129, 0x1p-8) == 1);
  BOOST_TEST(sum_bound(left, 1000000, 0x1p-8) == 1);
}

BOOST_AUTO_TEST_CASE(a_table_of_known_sums) {
  auto rows = rows_of_sums(config_text);
  BOOST_TEST(rows.size() == 3U * 2 * 4 * 3);
  const auto cell = [&](const std::string& key, const std::string& column) {
    return rows.at(key).at(column);
  };
  // 44 of 300 ones are lost, and u is 1/256.
  BOOST_TEST(std::stod(cell("ones/bfloat16/left-to-right/300", "error_u")) == 256.0 * 44 / 300,
             boost::test_tools::tolerance(1e-12));
  BOOST_TEST(cell("ones/bfloat16/left-to-right/300", "outcome") == "inaccurate");
  BOOST_TEST(cell("ones/bfloat16/left-to-right/300", "bound_u") == "256");
  BOOST_TEST(cell("ones/bfloat16/lanes-8/300", "error_u") == "0");
  BOOST_TEST(cell("ones/float32/left-to-right/300", "bound_u") == "299.1");
  BOOST_TEST(cell("ones/float32/left-to-right/1", "bound_u") == "0");
  // The sum 1 + 299 u is computed as 1.
  const double u = 0x1p-24;
  BOOST_TEST(std::stod(cell("one/float32/left-to-right/300", "error_u")) == 299 / (1 + 299 * u),
             boost::test_tools::tolerance(1e-9));
  BOOST_TEST(
      std::stod(cell("one/bfloat16/left-to-right/300", "error_u")) == 299 / (1 + 299 * 0x1p-8),
      boost::test_tools::tolerance(1e-9));
  BOOST_TEST(cell("one/bfloat16/left-to-right/300", "outcome") == "wrong");
  BOOST_TEST(cell("one/float32/left-to-right/300", "sqrt_n") == table::cell(std::sqrt(300.0)));
  // The terms are random: in 300 of them, some addition is rounded.
  BOOST_TEST(std::stod(cell("normal/float32/left-to-right/300", "error_u")) > 0.01);
  for (const auto& [key, row] : rows)
    BOOST_TEST(std::stod(row.at("error_u")) <= std::stod(row.at("bound_u")), key);
}

// The rows and their terms are computed independently here.
BOOST_AUTO_TEST_CASE(the_error_is_the_largest_of_all_rows) {
  const auto rows = rows_of_sums(config_text);
  double largest = 0;
  for (const std::uint64_t seed : {3U, 4U}) {
    numerics::Random random(seed);
    std::vector<double> x(300);
    for (double& xi : x) xi = 2 * random.normal();
    const double m = *std::max_element(x.begin(), x.end());
    std::vector<float> terms;
    long double exact = 0;
    float s = 0;
    for (const double xi : x) {
      const auto term = static_cast<float>(std::exp(xi - m));
      exact += term;  // 64 digits, for 300 terms of 24 digits: effectively exact
      s += term;
    }
    const auto error = static_cast<double>(std::abs(exact - s) / exact) / 0x1p-24;
    largest = std::max(largest, error);
  }
  BOOST_TEST(std::stod(rows.at("normal/float32/left-to-right/300").at("error_u")) == largest,
             boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(arranged_terms_are_the_same_terms) {
  const std::string more = std::string(config_text) + "arrange = \"";
  const auto drawn = rows_of_sums(config_text), up = rows_of_sums(more + "ascending\""),
             down = rows_of_sums(more + "descending\"");
  const std::string wide_key = "normal/float32/wider/300", key = "normal/float32/left-to-right/300";
  BOOST_TEST(up.at(wide_key).at("error_u") == down.at(wide_key).at("error_u"));
  BOOST_TEST(up.at(wide_key).at("error_u") == drawn.at(wide_key).at("error_u"));
  BOOST_TEST(up.at(key).at("error_u") != down.at(key).at("error_u"));
}

// Only the result is rounded to 16 bits, not the intermediate sums.
BOOST_AUTO_TEST_CASE(sums_in_float32_of_16_bit_terms) {
  const auto rows = rows_of_sums(
      replaced(config_text, R"(["float32", "bfloat16"])", R"(["bfloat16_in_float32"])"));
  const auto& row = rows.at("ones/bfloat16_in_float32/left-to-right/300");
  BOOST_TEST(row.at("error_u") == "0");
  BOOST_TEST(row.at("bound_u") == "1.005");  // 1 + 299 2^-16
}

BOOST_AUTO_TEST_CASE(an_overflow_has_neither_error_nor_bound) {
  const auto rows =
      rows_of_sums(replaced(replaced(config_text, R"(["float32", "bfloat16"])", R"(["float16"])"),
                            "[1, 2, 300]", "[70000]"));
  check_cells(rows.at("ones/float16/wider/70000"),
              {{"outcome", "overflow"}, {"error_u", ""}, {"bound_u", ""}});
  // The sum stagnates at 2048 of 70000.
  BOOST_TEST(rows.at("ones/float16/left-to-right/70000").at("outcome") == "wrong");
  BOOST_TEST(std::stod(rows.at("ones/float16/left-to-right/70000").at("error_u")) ==
                 2048 * (1 - 2048.0 / 70000),
             boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(config_errors_name_the_place) {
  check_mistakes("summation", config_text,
                 {{"\"lanes-8\"", "\"lanes-7\"",
                   "x.toml:5:28: error: 'lanes-7' is not a known value of 'orders'"},
                  {"\"lanes-8\"", "\"wider\"", "x.toml:5:52: error: 'wider' is listed twice"},
                  {"[1, 2, 300]", "[1, 2.5, 300]", "x.toml:6:15: error: 2.5 classes"},
                  {"[1, 2, 300]", "[0]", "x.toml:6:12: error: 0 classes"},
                  {"[1, 2, 300]", "[1, nan]", "x.toml:6:15: error: nan classes"},
                  {"[1, 2, 300]", "[2, 300, 300]", "x.toml:6:20: error: 300 classes"},
                  {"rows = 2", "rows = 0", "x.toml:7:8: error: key 'rows' is 0"},
                  {"logit = 0", "logit = 1", "x.toml:14:9: error: key 'logit' is 1"},
                  {"terms = \"equal\"", "terms = \"equals\"",
                   "x.toml:13:9: error: 'equals' is not a known value of 'terms'"},
                  {"logit = 0", "logit = 0\nscale = 1", "x.toml:15:1: error: unknown key 'scale'"},
                  {"\"one\"", "\"ones\"", "x.toml:17:8: error: duplicate distribution 'ones'"},
                  {R"(["float32", "bfloat16"]
orders = ["left-to-right", "lanes-8", "compensated", "wider"])",
                   R"(["float64"]
orders = ["wider"])",
                   "x.toml:4:11: error: no order in 'orders' applies to float64"}});
}

BOOST_AUTO_TEST_CASE(jobs_change_no_byte) {
  check_jobs(config_text);
  BOOST_TEST(rows_of_run(config_text).size() == 72U);
}

BOOST_AUTO_TEST_CASE(the_table_shows_hazards_and_holds_errors_to_the_bounds) {
  run::Plan plan = plan_of("summation", config_text);
  const auto table = run::run_cases(std::move(plan), 1, {}).table;
  BOOST_TEST(contains(table::to_markdown(table), "| ones | stagnation |"));
  BOOST_REQUIRE(table.limits.size() == 1U);
  BOOST_TEST(table.limits[0].value == "error_u");
  BOOST_TEST(table.limits[0].bound == "bound_u");
}

BOOST_AUTO_TEST_SUITE_END()
