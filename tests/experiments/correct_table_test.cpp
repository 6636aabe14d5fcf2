// Experiment `correct`: no result is misrounded, every step is reached, and a result that is not the
// nearest float is noticed.
#include <cmath>
#include <map>

#include "correct/judge.hpp"
#include "io/files.hpp"
#include "plan_of.hpp"
#include "program.hpp"
#include "run/schedule.hpp"

BOOST_AUTO_TEST_SUITE(correct_table_test)

using namespace maxtrick;
using namespace maxtrick::tests;

BOOST_AUTO_TEST_CASE(no_result_is_misrounded_and_every_step_is_reached) {
  const std::string config =
      io::read_file(std::string(MAXTRICK_SOURCE_DIR) + "/tests/reduced/correct.toml");
  const auto made = run::run_cases(plan_of("correct", config), 2, {});
  std::map<std::string, std::size_t> third;  // of each op
  const auto cell = [&](const auto& row, const char* column) {
    return row[made.table.index(column)].text();
  };
  BOOST_TEST(made.table.rows.size() == 165U);
  for (const auto& row : made.table.rows) {
    BOOST_TEST(cell(row, "misrounded") == "0");
    third[cell(row, "op")] += std::stoul(cell(row, "third_step"));
    if (cell(row, "op") == "softmax" && cell(row, "rows_of").starts_with("probability") &&
        cell(row, "classes") != "2")
      BOOST_TEST(cell(row, "second_step") != "0");
  }
  BOOST_TEST(third.size() == 5U);
  for (const auto& [op, count] : third) BOOST_TEST(count > 0U, op);
}

BOOST_AUTO_TEST_CASE(a_neighbour_is_not_the_nearest_float) {
  const std::vector<float> row{0.5F, -1, 2, -3.25F};
  correct::Judge judge(row);
  const auto only = [](float nearest, const std::function<bool(float)>& judged) {
    BOOST_TEST(judged(nearest));
    BOOST_TEST(!judged(std::nextafter(nearest, 10.0F)));
    BOOST_TEST(!judged(std::nextafter(nearest, -10.0F)));
    BOOST_TEST(!judged(NAN));
  };
  // Exact values, rounded: by MPFR, and independent of the judge.
  only(0.174570739F, [&](float y) { return judge.softmax(0, y); });
  only(-1.74542522F, [&](float y) { return judge.log_softmax(0, y); });
  only(2.24542522F, [&](float y) { return judge.log_sum_exp(y); });
  only(0.174570739F, [&](float y) { return judge.gradient(0, 1, 1, y); });
}

// Beside a midpoint, where only MPFR decides.
BOOST_AUTO_TEST_CASE(mpfr_decides_beside_a_midpoint) {
  const std::vector<float> row{16777216, -1};
  correct::Judge judge(row);
  BOOST_TEST(judge.log_softmax(1, -16777218));
  BOOST_TEST(!judge.log_softmax(1, -16777216));
  BOOST_TEST(judge.by_mpfr() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
