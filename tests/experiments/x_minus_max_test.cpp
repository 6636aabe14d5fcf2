// Experiment x_minus_max: compares the gaps that it finds with an independent search, and tests its
// config.
#include "config_runs.hpp"
#include "numerics/random.hpp"
#include "numerics/small_float.hpp"
#include "ops/log_softmax.hpp"
#include "oracle/oracle.hpp"
#include "table/table.hpp"

BOOST_AUTO_TEST_SUITE(x_minus_max_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using numerics::BFloat16;

std::string config(const std::string& criteria, const std::string& classes,
                   const std::string& gaps = "largest_gap = 60\ngrid_step = 0.0009765625\n") {
  return head_of("x_minus_max") +
         "dtypes = [\"float64\", \"float32\", \"float16\", \"bfloat16\"]\nclasses = [" + classes +
         "]\n" + gaps + "scan_step = 1.5\n" + criteria;
}

std::string criterion(const std::string& name, const std::string& rest) {
  return "[[criterion]]\nname = \"" + name + "\"\nmeaning = \"M\"\n" + rest + "\n";
}

const std::string three = criterion("percent", "probability_within = 0.01") +
                          criterion("ppm", "probability_within = 1e-6") +
                          criterion("half", "others_within_ulp = 0.5");

struct Table {
  explicit Table(const std::string& text)
      : rows(rows_by({"criterion", "dtype", "classes"}, csv_of_run(text))) {}
  [[nodiscard]] double from_gap(const std::string& key) const {
    return number(rows.at(key), "from_gap");
  }
  std::map<std::string, Cells> rows;
};

// Returns the smallest bfloat16 gap up to `largest`, at multiples of at least 2^-10, from which on
// -gap is within half an ULP of the others' log-probability. Every gap is tried, from the largest
// down.
double half_ulp_in_bfloat16(std::size_t classes, double largest) {
  double from = INFINITY;
  for (double gap = largest; gap >= 0;) {
    std::vector<BFloat16> row(classes, BFloat16(-gap));
    row[0] = 0;
    const auto exact = oracle::exact<BFloat16>(ops::log_softmax, std::span<const BFloat16>(row));
    if (numerics::error_ulp(exact[1], BFloat16(-gap)) > 0.5) break;
    from = gap;
    double lower = gap - 0x1p-10;
    while (double{BFloat16(lower)} != lower) lower -= 0x1p-10;
    gap = lower;
  }
  return from;
}

}  // namespace

// "Within 1 %" means (n - 1) e^-gap <= 0.01, which is gap >= log(100 (n - 1)), rounded up to the
// grid.
BOOST_AUTO_TEST_CASE(probabilities_by_the_closed_form) {
  const Table table(config(three, "2, 3, 50"));
  for (const int n : {2, 3, 50})
    for (const std::string dtype : {"float64", "float32"})
      for (const auto& [name, factor] :
           std::map<std::string, double>{{"percent", 1e2}, {"ppm", 1e6}})
        BOOST_TEST(table.from_gap(name + '/' + dtype + '/' + std::to_string(n)) ==
                   std::ceil(std::log(factor * (n - 1)) * 1024) / 1024);
  BOOST_TEST(table.from_gap("percent/float16/2") == 4.60546875);  // 1179 / 256; spacing 1/256
  BOOST_TEST(table.from_gap("percent/bfloat16/2") == 4.625);      // 148 / 32
  for (const auto& [key, row] : table.rows) BOOST_TEST(row.at("monotone") == "yes", key);
}

BOOST_AUTO_TEST_CASE(half_an_ulp_by_trying_every_gap) {
  const Table table(config(three, "2, 9, 700"));
  for (const std::size_t n : {2U, 9U, 700U})
    BOOST_TEST(table.from_gap("half/bfloat16/" + std::to_string(n)) == half_ulp_in_bfloat16(n, 60));
}

// float32, two classes: |y| is in [8, 16), where half an ULP is 2^-21, so that e^-gap <= e^(2^-21)
// - 1. Eight classes need a gap above 16 with that ULP, but a smaller one with the ULP of [16, 32):
// the criterion holds from |y| = 16 on, or slightly above.
BOOST_AUTO_TEST_CASE(half_an_ulp_by_hand) {
  const Table table(config(three, "2, 8"));
  BOOST_TEST(table.from_gap("half/float32/2") ==
             std::ceil(-std::log(std::expm1(0x1p-21)) * 1024) / 1024);
  BOOST_TEST(-std::log(std::expm1(0x1p-21) / 7) > 16);
  BOOST_TEST(-std::log(std::expm1(0x1p-20) / 7) < 16);
  BOOST_TEST(table.from_gap("half/float32/8") == 16);
}

// A run exits with 0 only if measurement and theory differ by at most one spacing.
BOOST_AUTO_TEST_CASE(theory_holds_for_random_tolerances_and_classes) {
  numerics::Random random(20261121);
  std::string criteria, classes = "2";
  for (int i = 0; i < 4; ++i) {
    const std::string n = std::to_string(i);
    criteria += criterion(
        "p" + n, "probability_within = " + table::cell(std::pow(10.0, random.uniform(-8, 0))));
    criteria +=
        criterion("u" + n, "others_within_ulp = " + table::cell(std::exp2(random.uniform(-8, 8))));
    classes += ", " + std::to_string(3 + 500 * i + static_cast<int>(random.below(400)));
  }
  const Table table(config(criteria, classes));
  BOOST_TEST(table.rows.size() == 8U * 4 * 5);
  for (const auto& [key, row] : table.rows) {
    BOOST_TEST(row.at("difference") != "", key);
    BOOST_TEST(number(row, "from_gap") >= number(row, "predicted_gap") - 1e-11, key);
  }
}

BOOST_AUTO_TEST_CASE(what_the_largest_gap_does_not_meet_is_met_never) {
  const Table table(config(three, "2", "largest_gap = 8.3\ngrid_step = 0.5\n"));
  check_cells(table.rows.at("ppm/float64/2"), {{"from_gap", "never"}, {"difference", ""}});
  BOOST_TEST(table.rows.at("percent/float64/2").at("from_gap") == "5");
  // The grid ends at 8, where float16 still satisfies the limit of half an ULP.
  BOOST_TEST(table.rows.at("half/float16/2").at("from_gap") == "6.5");
}

BOOST_AUTO_TEST_CASE(a_scan_finer_than_the_grid_ends_too) {
  const Table table(config(criterion("half", "others_within_ulp = 0.5"), "2",
                           "largest_gap = 700\ngrid_step = 1\n"));
  BOOST_TEST(table.rows.at("half/bfloat16/2").at("from_gap") == "5");
}

BOOST_AUTO_TEST_CASE(jobs_change_no_byte) { check_jobs(config(three, "2, 300")); }

BOOST_AUTO_TEST_CASE(config_errors_name_the_place) {
  check_rejected(config(three, "1, 2"), {"t.toml:5:12: error: 1 classes\n"});
  check_rejected(config(three, "2, 2"), {"t.toml:5:15: error: 2 classes\n"});
  check_rejected(config(three, "2", "largest_gap = 60\ngrid_step = 0.3\n"),
                 {"t.toml:7:13: error: 0.3 is not a power of two\n"});
  check_rejected(config(three + criterion("half", "probability_within = 0.1"), "2"),
                 {"t.toml:22:8: error: duplicate criterion 'half'\n"});
  check_rejected(
      config(criterion("a", "probability_within = 0.1\nothers_within_ulp = 1"), "2"),
      {"t.toml:13:21: error: 'others_within_ulp' and 'probability_within' are both given\n"});
  check_rejected(config(criterion("a", "within = 0.1"), "2"),
                 {"t.toml:9:1: error: missing key 'probability_within'"});
}

BOOST_AUTO_TEST_SUITE_END()
