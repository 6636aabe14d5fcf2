// Experiment log_softmax: compares its figures with closed forms and known rows, and tests its
// config.
#include "config_runs.hpp"
#include "numerics/random.hpp"
#include "table/table.hpp"

BOOST_AUTO_TEST_SUITE(log_softmax_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

std::string config(const std::string& gaps, const std::string& classes,
                   const std::string& variants = "\"log_softmax.*.scalar\"") {
  return head_of("log_softmax") +
         "dtypes = [\"float64\", \"float32\", \"float16\", \"bfloat16\", \"float16_in_float32\", "
         "\"bfloat16_in_float32\"]\nvariants = [" +
         variants + "]\ninaccurate_above_ulp = 8\nshown_dtypes = [\"float32\"]\nshown_classes = " +
         classes.substr(0, classes.find(',')) + "\ngaps = [" + gaps + "]\nclasses = [" + classes +
         "]\n";
}

// The rows of a config by their keys, in which the variant's name has no op.
struct Table {
  explicit Table(const std::string& text)
      : rows(rows_by({"variant", "dtype", "classes", "gap"}, csv_of_run(text))) {}
  [[nodiscard]] std::string text(const std::string& key, const std::string& column) const {
    return rows.at("log_softmax." + key).at(column);
  }
  [[nodiscard]] double number(const std::string& key, const std::string& column) const {
    return tests::number(rows.at("log_softmax." + key), column);
  }
  std::map<std::string, Cells> rows;
};

const auto near = boost::test_tools::tolerance(1e-12);

}  // namespace

BOOST_AUTO_TEST_CASE(it_says_what_the_field_knows) {
  const Table table(config("17, 50, 90, 105", "2"));
  // The exact value is -4.13993763e-08; `shifted` returns 0, and `shifted_log1p` -4.13993781e-08.
  BOOST_TEST(table.text("shifted.scalar/float32/2/17", "leader_relative_error") == "1");
  BOOST_TEST(table.text("shifted.scalar/float32/2/17", "outcome") == "wrong");
  BOOST_TEST(table.number("shifted.scalar/float32/2/17", "leader_absolute_error") ==
                 std::log1p(std::exp(-17)),
             near);
  BOOST_TEST(table.number("shifted_log1p.scalar/float32/2/17", "leader_error_ulp") < 1);
  BOOST_TEST(table.text("shifted_log1p.scalar/float32/2/17", "outcome") == "ok");
  BOOST_TEST(table.number("shifted_log1p.scalar/float32/2/50", "leader_relative_error") < 6e-8);
  BOOST_TEST(table.text("log_of_naive.scalar/float32/2/90", "outcome") == "nan");
  BOOST_TEST(table.text("log_of_naive.scalar/float32/2/90", "absolute_error_bound").empty());
  BOOST_TEST(table.text("log_of_max_trick.scalar/float32/2/105", "outcome") == "underflow");
  BOOST_TEST(table.text("log_of_max_trick.scalar/float32/2/105", "max_absolute_error") == "inf");
  // A bound that holds for accurate results is smaller in a more precise type.
  BOOST_TEST(table.number("shifted.scalar/float64/2/50", "absolute_error_bound") < 2e-14);
  BOOST_TEST(table.number("shifted.scalar/bfloat16/2/50", "absolute_error_bound") > 0.1);
  BOOST_TEST(
      table.number("shifted.scalar/bfloat16_in_float32/2/50", "absolute_error_bound") == 50.0 / 256,
      boost::test_tools::tolerance(1e-4));
}

// The example of the slides is [1, 2, 3, 10]. Here the closed form is compared in every type.
BOOST_AUTO_TEST_CASE(x_minus_max_is_off_by_its_closed_form) {
  const Table table(config("0, 7, 40, 110", "2, 5, 3000", "\"log_softmax.x_minus_max.scalar\""));
  for (const std::string dtype :
       {"float64", "float32", "float16", "bfloat16", "float16_in_float32"})
    for (const int n : {2, 5, 3000})
      for (const int gap : {0, 7, 40, 110}) {
        const std::string key =
            "x_minus_max.scalar/" + dtype + '/' + std::to_string(n) + '/' + std::to_string(gap);
        const double exact = gap == 0 ? std::log(n) : std::log1p((n - 1) * std::exp(-gap));
        BOOST_TEST(table.number(key, "leader_absolute_error") == exact, near);
        BOOST_TEST(table.number(key, "method_error") == exact, near);
        BOOST_TEST(table.number(key, "observed_over_method") == 1, near);
        BOOST_TEST(table.text(key, "leader_relative_error") == "1");
        BOOST_TEST(table.number(key, "absolute_error_bound") >= exact);
      }
}

// 16-bit types are summed in 16 bits. In bfloat16, 256 + 1 is 256, and log 256 = 8 log 2.
BOOST_AUTO_TEST_CASE(the_sum_of_many_ones_stops_growing) {
  const Table table(config("0", "1000", "\"log_softmax.shifted.scalar\""));
  BOOST_TEST(table.number("shifted.scalar/bfloat16/1000/0", "leader_absolute_error") ==
                 std::log(1000) - 5.53125,  // log 256 = 5.545, in steps of 1/32
             near);
  BOOST_TEST(table.number("shifted.scalar/bfloat16_in_float32/1000/0", "leader_error_ulp") <= 0.5);
}

// A gap between two numbers of a type is rounded, and the row is judged with the rounded gap.
BOOST_AUTO_TEST_CASE(a_gap_that_the_type_lacks_is_rounded_first) {
  const Table table(config("10.3", "2", "\"log_softmax.x_minus_max.scalar\""));
  BOOST_TEST(table.number("x_minus_max.scalar/bfloat16/2/10.3", "leader_absolute_error") ==
                 std::log1p(std::exp(-10.3125)),
             near);
  BOOST_TEST(table.number("x_minus_max.scalar/bfloat16/2/10.3", "observed_over_method") == 1, near);
}

// A run whose limits are violated exits with 1. Each run that exits with 0 therefore shows that no
// bound was exceeded.
BOOST_AUTO_TEST_CASE(bounds_hold_for_random_gaps_and_classes) {
  numerics::Random random(20261121);
  std::string gaps, classes;
  for (int i = 0; i < 12; ++i)
    gaps += (i ? ", " : "") + table::cell(random.uniform(0, 1) * std::exp2(random.uniform(0, 9)));
  for (int i = 0; i < 6; ++i)
    classes += (i ? ", " : "") + std::to_string(2 + (i << 8) + static_cast<int>(random.below(200)));
  const Table table(config(gaps, classes));
  std::size_t bounded = 0;
  for (const auto& [key, row] : table.rows) {
    if (row.at("absolute_error_bound").empty()) continue;
    ++bounded;
    BOOST_TEST(number(row, "max_absolute_error") <= number(row, "absolute_error_bound"), key);
  }
  BOOST_TEST(bounded > table.rows.size() / 2);
}

BOOST_AUTO_TEST_CASE(jobs_change_no_byte) { check_jobs(config("0, 5, 20", "2, 300")); }

BOOST_AUTO_TEST_CASE(config_errors_name_the_place) {
  check_rejected(config("1, -1", "2"), {"t.toml:9:12: error: -1 is out of range\n"});
  check_rejected(config("1, nan", "2"), {"t.toml:9:12: error: nan is out of range\n"});
  check_rejected(config("701", "2"), {"t.toml:9:9: error: 701 is out of range\n"});
  check_rejected(config("3, 3.0", "2"), {"t.toml:9:12: error: 3 is listed twice\n"});
  check_rejected(config("1", "2, 1"), {"t.toml:10:15: error: 1 classes\n"});
  check_rejected(config("1", "2, 2.5"), {"t.toml:10:15: error: 2.5 classes\n"});
  check_rejected(config("1", "2", "\"softmax.naive.scalar\""),
                 {"t.toml:5:12: error: 'softmax.naive.scalar' does not compute log_softmax\n"});
  check_rejected(config("1", "4,5,4"), {"t.toml:10:16: error: 4 classes\n"});
  std::string unshown = config("1", "2, 3");
  unshown.replace(unshown.find("shown_classes = 2"), 17, "shown_classes = 4");
  check_rejected(unshown, {"t.toml:8:17: error: 4 is not one of 'classes'\n"});
  check_rejected(config("1", "2") + "gap = 1\n", {"t.toml:11:1: error: unknown key 'gap'\n"});
}

BOOST_AUTO_TEST_SUITE_END()
