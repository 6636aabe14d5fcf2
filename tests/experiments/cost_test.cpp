// The experiment `cost`: its stages against the exact softmax and against the variants that they
// divide, the shares of given times, and a run on few cases. Times are only checked for their presence.
#include "config_runs.hpp"
#include "cost/errors.hpp"
#include "cost/shares.hpp"
#include "numerics/random.hpp"
#include "ops/variant.hpp"
#include "run/cpu.hpp"
#include "table/interval.hpp"

BOOST_AUTO_TEST_SUITE(cost_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using cost::Method;
using cost::Normalisation;
using cost::Stage;
using table::Interval;

const std::string config =
    head_of("cost") +
    R"(variants = ["softmax.naive.scalar", "softmax.max_trick.scalar", "softmax.accurate.scalar"]
classes = [3, 200]
logits = 600
repetitions = 6
min_time_ms = 0.01
seed = 1
wrong_above_ulp = 100
widest_interval = 1000000000
highest_load = 1000000
)";

const std::string table_path = "speed/" + run::cpu_folder() + "/t.csv";

struct Batch {
  std::size_t rows, classes;
  std::vector<float> x, y, numbers;

  Batch(std::size_t row_count, std::size_t class_count)
      : rows(row_count), classes(class_count), y(rows * classes), numbers(rows) {
    numerics::Random random(classes);
    for (std::size_t i = 0; i < rows * classes; ++i)
      x.push_back(static_cast<float>(random.normal()));
  }
  numerics::Rows<const float> logits() const { return {x.data(), rows, classes}; }
  numerics::Rows<float> results() { return {y.data(), rows, classes}; }
  // Computes the stage, and returns its largest error.
  double error(const Method& method, Stage stage) {
    std::ranges::fill(y, NAN);
    std::ranges::fill(numbers, NAN);
    method.run(stage, logits(), results(), numbers);
    return checked(stage);
  }
  double checked(Stage stage) const {
    return cost::largest_error(stage, logits(), {y.data(), rows, classes}, numbers);
  }
};

bool runs_here(const Method& method) { return method.variant->unavailable.empty(); }

}  // namespace

// Numbers of classes on both sides of every limit of the kernels, and rows that fill no group.
BOOST_AUTO_TEST_CASE(every_stage_computes_what_it_says) {
  std::size_t methods = 0;
  for (const Method& method : cost::methods()) {
    if (!runs_here(method)) continue;
    ++methods;
    for (const std::size_t classes :
         {1U, 2U, 3U, 4U, 5U, 17U, 160U, 161U, 1000U, 2048U, 2049U, 10000U}) {
      Batch batch(classes < 200 ? 67 : 2, classes);
      for (const Normalisation normalisation : cost::normalisations)
        for (const Stage stage : method.stages(normalisation)) {
          const double error = batch.error(method, stage);
          const bool loops = method.variant->algorithm != "accurate";
          // u = 2^-24 is at most an ULP. Loops: x - m is within 12 of 0, so that its rounding is
          // one of 12 u, and few of the n roundings of a sum have one sign. Kernels: 1 u each for
          // t (1 + p) and the sum as floats, 0.4 u for both themselves, 0.5 ULP for the quotient.
          BOOST_TEST(error < (loops ? 14 + 0.02 * static_cast<double>(classes) : 2.9),
                     method.variant->name()
                         << " " << classes << " stage " << static_cast<int>(stage));
        }
    }
  }
  BOOST_TEST(methods >= 3U);
}

// Otherwise the shares would be those of another computation.
BOOST_AUTO_TEST_CASE(the_last_stage_has_the_bits_of_the_variant) {
  for (const Method& method : cost::methods()) {
    if (!runs_here(method)) continue;
    for (const std::size_t classes : {2U, 4U, 10U, 100U, 1000U, 10000U}) {
      Batch batch(35, classes), of_variant(35, classes);
      method.run(cost::whole(method.own), batch.logits(), batch.results(), batch.numbers);
      method.variant->float32({.logits = of_variant.logits(), .result = of_variant.results()});
      BOOST_TEST(batch.y == of_variant.y, method.variant->name() << " " << classes);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_stage_is_noticed) {
  for (const Method& method : cost::methods()) {
    if (!runs_here(method)) continue;
    Batch batch(20, 30);
    for (const Stage stage : method.stages(method.own)) {
      BOOST_REQUIRE(batch.error(method, stage) < 100);
      const auto right = batch.y;
      batch.y[29] *= 1.001F;  // one result of the first row
      BOOST_TEST(batch.checked(stage) > 1000);
      batch.y = right;
      batch.y[0] = NAN;
      BOOST_TEST(std::isinf(batch.checked(stage)));
      batch.y = right;
      if (stage != Stage::maximum && stage != Stage::sum) continue;
      batch.numbers[0] *= 1.001F;
      BOOST_TEST(batch.checked(stage) > 1000);
    }
    // No stage passes for the one after it.
    const std::vector<Stage> stages = method.stages(method.own);
    for (std::size_t i = 0; i + 1 < stages.size(); ++i) {
      method.run(stages[i], batch.logits(), batch.results(), batch.numbers);
      // The results of exp are those of sum.
      if (stages[i] == Stage::exp) std::ranges::fill(batch.numbers, 1.5F);
      if (stages[i] == Stage::copy) std::ranges::fill(batch.numbers, 0.0F);
      BOOST_TEST(batch.checked(stages[i + 1]) > 1000, method.variant->name() << " " << i);
    }
  }
}

BOOST_AUTO_TEST_CASE(shares_are_differences_of_medians) {
  const std::vector<std::vector<double>> times{
      {1, 1, 1, 1, 1, 1, 1}, {3, 3, 3, 3, 3, 3, 90}, {2, 2, 2, 2, 2, 2, 2}, {8, 8, 8, 8, 8, 8, 8}};
  const std::vector<Interval> found = cost::shares(times, 0.1, 1);
  const std::vector<double> expected{0.125, 0.25, -0.125, 0.75};
  BOOST_REQUIRE_EQUAL(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    BOOST_TEST(found[i].estimate == expected[i]);
    BOOST_TEST(found[i].low == expected[i]);  // one disturbed repetition of seven changes no median
    BOOST_TEST(found[i].high == expected[i]);
    BOOST_TEST(!found[i].wide);
  }
}

// Each of many simulated measurements has an interval, which holds the true share in about 95 % of them.
BOOST_AUTO_TEST_CASE(intervals_hold_the_true_share) {
  numerics::Random random(5);
  const std::vector<double> true_times{1, 2, 5, 5, 8};
  const std::size_t trials = 200;
  std::vector<std::size_t> holds(true_times.size());
  double widths = 0;
  for (std::size_t trial = 0; trial < trials; ++trial) {
    std::vector<std::vector<double>> times(true_times.size());
    for (int repetition = 0; repetition < 31; ++repetition) {
      const double clock = 1 + 0.2 * random.uniform();  // changes all times of a repetition alike
      for (std::size_t i = 0; i < times.size(); ++i)
        times[i].push_back(clock * (true_times[i] + 0.1 * random.normal()));
    }
    const auto found = cost::shares(times, 0.1, trial);
    double sum = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      widths += found[i].high - found[i].low;
      const double share = (true_times[i] - (i > 0 ? true_times[i - 1] : 0)) / true_times.back();
      BOOST_TEST(found[i].low <= found[i].estimate);
      BOOST_TEST(found[i].estimate <= found[i].high);
      holds[i] += found[i].low <= share && share <= found[i].high;
      sum += found[i].estimate;
    }
    BOOST_TEST(std::abs(sum - 1) < 1e-12);
  }
  for (const std::size_t count : holds) BOOST_TEST(count >= trials * 88 / 100);
  // The noise is 1/80 of the whole. An interval that was far too wide would hold every share.
  BOOST_TEST(widths / static_cast<double>(trials * true_times.size()) < 0.06);
}

BOOST_AUTO_TEST_CASE(a_share_with_a_wide_interval_is_marked) {
  const std::vector<std::vector<double>> times{{1, 2, 3, 4, 5, 6, 7}, {8, 8, 8, 8, 8, 8, 8}};
  for (const Interval& one : cost::shares(times, 0.1, 1)) BOOST_TEST(one.wide);
  for (const Interval& one : cost::shares(times, 1, 1)) BOOST_TEST(!one.wide);
}

BOOST_AUTO_TEST_CASE(functions_take_turns) {
  std::vector<int> calls;
  std::vector<std::function<void()>> functions;
  for (int i = 0; i < 3; ++i) functions.emplace_back([&calls, i] { calls.push_back(i); });
  const auto times =
      cost::times_in_turns(functions, {.repetitions = 20, .min_seconds = 0, .seed = 1});
  BOOST_REQUIRE_EQUAL(times.size(), 3U);
  for (const auto& one : times) BOOST_TEST(one.size() == 20U);
  // One call of each to find the number of calls, and one for each repetition.
  BOOST_REQUIRE_EQUAL(calls.size(), 3U * 21);
  std::set<std::vector<int>> orders;
  for (std::size_t i = 0; i < calls.size(); i += 3) {
    const std::vector<int> turn(calls.begin() + static_cast<std::ptrdiff_t>(i),
                                calls.begin() + static_cast<std::ptrdiff_t>(i) + 3);
    BOOST_TEST((std::set<int>(turn.begin(), turn.end()) == std::set<int>{0, 1, 2}));
    orders.insert(turn);
  }
  BOOST_TEST(orders.size() == 6U);
}

BOOST_AUTO_TEST_CASE(a_run_writes_every_row_in_the_folder_of_the_cpu_and_check_fails_on_no_time) {
  const Workdir folder("t.toml", config);
  folder.exits(0, "$MAXTRICK run t.toml -o out");
  const auto rows = rows_of(folder.read("out/" + table_path));
  BOOST_REQUIRE_EQUAL(rows.size(), 3U * 2 * 2);
  for (const Cells& row : rows) {
    BOOST_TEST(row.at("outcome") == "ok");
    BOOST_TEST(number(row, "time_ns") > 0);
    double sum = 0;
    for (const char* share : {"copy", "maximum", "exp", "sum", "normalisation"}) {
      const auto found = table::parse_interval(row.at(share));
      const bool none =
          row.at("variant") == "softmax.naive.scalar" && share == std::string("maximum");
      BOOST_TEST(found.has_value() != none);
      if (found) sum += found->estimate;
    }
    BOOST_TEST(std::abs(sum - 1) < 0.01);  // five numbers of three digits
    for (const char* ratio : {"variant_time", "other_time"})
      BOOST_TEST(table::parse_interval(row.at(ratio)).has_value());
  }
  folder.exits(0, "$MAXTRICK check t.toml --baseline out");
  // A row of the table that the config no longer has is a difference.
  folder.write("t.toml", replaced(config, "[3, 200]", "[3]"));
  folder.exits(1, "$MAXTRICK check t.toml --baseline out").out_has("/200");
}

BOOST_AUTO_TEST_CASE(a_wrong_stage_is_not_timed) {
  // The sum of 20000 floats has an error of more than an ULP.
  const Workdir folder("t.toml", replaced(replaced(config, "[3, 200]", "[20000]"),
                                          "wrong_above_ulp = 100", "wrong_above_ulp = 1"));
  const Said said = folder.run("$MAXTRICK run t.toml -o out");
  BOOST_TEST(said.code == 0, said.out << said.err);
  for (const Cells& row : rows_of(folder.read("out/" + table_path))) {
    if (row.at("variant") != "softmax.max_trick.scalar") continue;
    BOOST_TEST(row.at("outcome") == "wrong");
    for (const char* time : {"time_ns", "copy", "exp", "variant_time"})
      BOOST_TEST(row.at(time) == "");
  }
}

BOOST_AUTO_TEST_CASE(errors_in_the_config_name_their_place) {
  const auto rejected = [](const std::string& from, const std::string& to, const std::string& place,
                           const std::string& message) {
    check_rejected(replaced(config, from, to), {"t.toml:" + place + ": error: ", message});
  };
  rejected("softmax.naive.scalar", "softmax.naiv.scalar", "4:13", "softmax.naiv.scalar");
  rejected("softmax.naive.scalar", "softmax.online.scalar", "4:13", "softmax.online.scalar");
  rejected("[3, 200]", "[200, 3]", "5:17", "increasing whole numbers");
  rejected("[3, 200]", "[0]", "5:12", "from 1 to");
  rejected("logits = 600", "logits = 0", "6:10", "from 1 to");
  rejected("repetitions = 6", "repetitions = 5", "7:15", "from 6 to 1000");
  rejected("min_time_ms = 0.01", "min_time_ms = 0", "8:15", "from 0.001 to 10000");
  rejected("seed = 1", "seed = -1", "9:8", "at least 0");
  rejected("wrong_above_ulp = 100", "wrong_above_ulp = 0", "10:19", "from 1 to");
  rejected("widest_interval = 1000000000", "widest_interval = -1", "11:19", "from 0 to");
  rejected("highest_load = 1000000", "highest_load = -1", "12:16", "from 0 to");
  rejected("seed = 1\n", "seed = 1\nsed = 2\n", "10:1", "sed");
  for (const char* key : {"variants", "classes", "logits", "repetitions", "min_time_ms", "seed",
                          "wrong_above_ulp", "widest_interval"})
    check_rejected(
        replaced(config, std::string("\n") + key + " =", std::string("\n# ") + key + " ="),
        {"error: ", key});
}

BOOST_AUTO_TEST_SUITE_END()
