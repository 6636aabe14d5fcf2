// Runs the experiment `calibration` as a user does, and tests its parts.
#include "calibration/measure.hpp"
#include "calibration/runs.hpp"
#include "learn/blobs.hpp"
#include "training_configs.hpp"

BOOST_AUTO_TEST_SUITE(calibration_experiment_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// The same two blobs, moved.
const std::string moved =
    "[[data]]\nname = \"moved\"\ngenerate = \"blobs\"\nsamples = 200\ncentres = [[0, -1], [2, "
    "1]]\nseed = 3\n";

const std::string its_task =
    "[[task]]\n" + task("two", 20,
                        "arms = [\"naive\", \"fused\"]\nfit = 60\nheld_out = 100\nshown = [1, 20]\n"
                        "elsewhere = \"moved\"\n");

const std::string small =
    head_of("calibration") + "seeds = 3\nbins = 5\n" + two_blobs + moved + naive + fused + its_task;

const std::vector<std::string> quantities{"accuracy", "confidence", "overconfidence", "ece",
                                          "nll",      "brier",      "class_gap"};

calibration::Asked asked_of(std::size_t rows, std::size_t fit, std::size_t held_out) {
  calibration::Asked asked;
  asked.task.data.rows = rows;
  asked.fit = fit;
  asked.held_out = held_out;
  return asked;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_split_has_each_example_once) {
  const calibration::Split split = calibration::draw(asked_of(100, 20, 30), 7);
  BOOST_TEST(split.fit.size() == 20U);
  BOOST_TEST(split.held_out.size() == 30U);
  BOOST_TEST(split.test.size() == 50U);
  std::set<std::size_t> seen;
  for (const auto* part : {&split.fit, &split.held_out, &split.test})
    seen.insert(part->begin(), part->end());
  BOOST_TEST(seen.size() == 100U);
  BOOST_TEST(*seen.rbegin() == 99U);
  BOOST_TEST(calibration::draw(asked_of(100, 20, 30), 7).fit == split.fit);
  BOOST_TEST(calibration::draw(asked_of(100, 20, 30), 8).fit != split.fit);
}

BOOST_AUTO_TEST_CASE(a_row_for_each_quantity_and_bin) {
  const auto rows = rows_of_run(small);
  // The temperature and two sides for each epoch, bins for the last one, and elsewhere.
  const std::size_t sides = 2 * quantities.size(), bins = 2 * 5;
  BOOST_TEST(rows.size() == 2 * (2 * (1 + sides) + bins + sides + bins) + 1 + sides + bins);
  for (const Cells& row : rows) {
    const std::string quantity = row.at("quantity");
    if (quantity.starts_with("bin_")) {
      check_cells(row, {{"q1", ""}, {"median", ""}, {"q3", ""}});
      BOOST_TEST(number(row, "claimed") <= number(row, "share"));
      BOOST_TEST(number(row, "right") <= number(row, "share"));
      continue;
    }
    check_cells(row, {{"share", ""}, {"claimed", ""}, {"right", ""}});
    BOOST_TEST(number(row, "q1") <= number(row, "median"));
    BOOST_TEST(number(row, "median") <= number(row, "q3"));
    if (quantity == "temperature")
      check_cells(row, {{"examples", "held_out"}, {"temperature", "fitted"}});
  }
}

// The bins of an arm hold all predictions. Their gaps give the overconfidence.
BOOST_AUTO_TEST_CASE(bins_add_up) {
  const auto rows = rows_of_run(replaced(small, "seeds = 3", "seeds = 1"));
  for (const std::string temperature : {"1", "fitted"})
    for (const std::string examples : {"test", "elsewhere"}) {
      double share = 0, claimed = 0, right = 0, error = 0;
      for (const Cells& row : rows) {
        if (row.at("arm") != "fused" || row.at("epoch") != "20" || row.at("examples") != examples ||
            row.at("temperature") != temperature || !row.at("quantity").starts_with("bin_"))
          continue;
        share += number(row, "share");
        claimed += number(row, "claimed");
        right += number(row, "right");
        error += std::abs(number(row, "claimed") - number(row, "right"));
      }
      const auto median = [&](const std::string& quantity) {
        return number(row_where(rows, {{"arm", "fused"},
                                       {"epoch", "20"},
                                       {"examples", examples},
                                       {"temperature", temperature},
                                       {"quantity", quantity}}),
                      "median");
      };
      // Cells have six digits, so that sums of shares are off by up to 5e-6.
      constexpr double rounding = 1e-5;
      BOOST_TEST(std::abs(share - 1) < rounding);
      BOOST_TEST(std::abs(claimed - median("confidence")) < rounding);
      BOOST_TEST(std::abs(right - median("accuracy")) < rounding);
      BOOST_TEST(std::abs(error - median("ece")) < 2 * rounding);
    }
}

// Dividing all logits by the same number keeps their order.
BOOST_AUTO_TEST_CASE(a_temperature_changes_no_accuracy) {
  const auto rows = rows_of_run(small);
  std::size_t compared = 0;
  for (const Cells& row : rows) {
    if (row.at("quantity") != "accuracy" || row.at("temperature") != "1") continue;
    Cells same;
    for (const std::string key : {"task", "arm", "epoch", "examples", "quantity"})
      same[key] = row.at(key);
    same["temperature"] = "fitted";
    for (const std::string column : {"q1", "median", "q3"})
      BOOST_TEST(row_where(rows, same).at(column) == row.at(column));
    ++compared;
  }
  BOOST_TEST(compared == 2U * 3 + 1);
}

// An over-confident classifier: the logits of the Bayes classifier, multiplied by 3. The held-out
// examples reveal the factor.
BOOST_AUTO_TEST_CASE(a_fitted_temperature_repairs_scaled_logits) {
  const learn::Blobs blobs{
      .samples = 20000, .centres = learn::GivenCentres{{-1, -1}, {1, 1}, {1, -1}}, .seed = 1};
  const learn::DataSet data = learn::make_blobs(blobs);
  std::vector<double> z = learn::bayes_logits(blobs, data);
  for (double& x : z) x *= 3;
  const numerics::Rows<const double> logits{z.data(), data.rows, 3};
  const double fitted = learn::fit_temperature(logits, data.y).value;
  BOOST_TEST(std::abs(fitted - 3) < 0.1);
  const auto before = calibration::measure(logits, data.y, 1, 10),
             after = calibration::measure(logits, data.y, fitted, 10);
  BOOST_TEST(before.ece > 0.05);
  BOOST_TEST(before.overconfidence() > 0.05);
  BOOST_TEST(after.ece < 0.01);
  BOOST_TEST(std::abs(after.overconfidence()) < 0.005);
  BOOST_TEST(after.nll < before.nll);
  BOOST_TEST(after.brier < before.brier);
  BOOST_TEST(after.accuracy == before.accuracy);
  BOOST_TEST(before.class_gap > 0.05);
  BOOST_TEST(after.class_gap < 0.02);
}

// Classes that are predicted too rarely have no gap.
BOOST_AUTO_TEST_CASE(the_class_gap_is_of_frequent_classes) {
  std::vector<double> z;
  std::vector<std::int32_t> y;
  for (int i = 0; i < 100; ++i) {
    // 97 predictions of class 0, which are right; one of class 1 and two of class 2, all wrong.
    const int k = i < 97 ? 0 : i < 98 ? 1 : 2;
    for (int c = 0; c < 3; ++c) z.push_back(c == k ? 50 : 0);
    y.push_back(0);
  }
  const numerics::Rows<const double> all{z.data(), 100, 3};
  BOOST_TEST(calibration::measure(all, y, 1, 10).class_gap > 0.99);  // class 2 has 2%
  y.back() = 2;
  BOOST_TEST(std::abs(calibration::measure(all, y, 1, 10).class_gap - 0.5) < 1e-9);
  // The first hundred of 101 leave class 2 below 2%.
  z.insert(z.end(), {50, 0, 0});
  y.push_back(0);
  BOOST_TEST(calibration::measure({z.data(), 101, 3}, y, 1, 10).class_gap < 1e-9);
}

BOOST_AUTO_TEST_CASE(a_network_that_ended_in_nan_has_no_calibration) {
  const std::vector<double> z{1, 0, NAN, 0};
  const std::vector<std::int32_t> y{0, 0};
  const auto found = calibration::measure({z.data(), 2, 2}, y, 1, 10);
  BOOST_TEST(found.accuracy == 0.5);
  for (const double one : {found.confidence, found.ece, found.nll, found.brier, found.class_gap,
                           found.overconfidence()})
    BOOST_TEST(std::isnan(one));
  std::string text = replaced(small, "learning_rate = 0.01", "learning_rate = 1e6");
  text = replaced(text, "\"adam\"", "\"sgd\"");
  const auto rows = rows_of_run(text);
  for (const std::string quantity : {"ece", "confidence", "nll"})
    BOOST_TEST(
        row_where(rows, {{"arm", "naive"}, {"epoch", "20"}, {"quantity", quantity}}).at("median") ==
        "nan");
  BOOST_TEST(row_where(rows, {{"arm", "naive"}, {"epoch", "20"}, {"quantity", "temperature"}})
                 .at("median") == "nan");
}

BOOST_AUTO_TEST_CASE(the_bayes_classifier_is_calibrated) {
  const auto rows = rows_of_run(replaced(replaced(small, "samples = 300", "samples = 20000"),
                                         "held_out = 100", "held_out = 9000"));
  const auto bayes = [&](const std::string& quantity, const std::string& temperature) {
    return number(row_where(rows, {{"arm", "bayes"},
                                   {"epoch", "0"},
                                   {"quantity", quantity},
                                   {"temperature", temperature}}),
                  "median");
  };
  BOOST_TEST(std::abs(bayes("temperature", "fitted") - 1) < 0.1);
  for (const std::string temperature : {"1", "fitted"}) {
    BOOST_TEST(bayes("ece", temperature) < 0.01);
    BOOST_TEST(std::abs(bayes("overconfidence", temperature)) < 0.01);
    BOOST_TEST(bayes("accuracy", temperature) > 0.91);
  }
}

BOOST_AUTO_TEST_CASE(an_arm_of_one_logit) {
  const auto rows =
      rows_of_run(replaced(replaced(small, "[\"naive\", \"fused\"]", "[\"bce\"]"), naive, bce));
  const Cells& confidence = row_where(
      rows, {{"arm", "bce"}, {"epoch", "20"}, {"quantity", "confidence"}, {"examples", "test"}});
  BOOST_TEST(number(confidence, "q1") > 0.5);
  BOOST_TEST(number(row_where(rows, {{"arm", "bce"}, {"epoch", "20"}, {"quantity", "accuracy"}}),
                    "median") > 0.85);
}

BOOST_AUTO_TEST_CASE(jobs_change_no_byte) { check_jobs(small); }

BOOST_AUTO_TEST_CASE(config_errors) {
  const auto rejected = [](const std::string& from, const std::string& to, std::size_t skip,
                           const std::string& message, const std::string& expected) {
    check_rejected(replaced(small, from, to), to, skip, message, expected);
  };
  rejected("bins = 5", "bins = 0", 7, "key 'bins' is 0", "an integer from 1 to 1000");
  rejected("bins = 5", "bins = 1001", 7, "key 'bins' is 1001", "an integer from 1 to 1000");
  rejected("seeds = 3", "seeds = 0", 8, "key 'seeds' is 0", "an integer from 1 to 100000");
  rejected("fit = 60", "fit = 0", 6, "key 'fit' is 0", "an integer from 1 to 1000000");
  rejected("held_out = 100", "held_out = 0", 11, "key 'held_out' is 0",
           "an integer from 1 to 1000000");
  rejected("held_out = 100", "held_out = 240", 11,
           "60 + 240 of 300 examples leave none for the test", "fewer");
  rejected("fit = 60", "fit = 31", 6, "31 examples for the training, but a batch of 32",
           "at least as many as 'batch'");
  rejected("shown = [1, 20]", "shown = [1, 21]", 12, "21 epochs",
           "increasing whole numbers from 1 to 20");
  rejected("shown = [1, 20]", "shown = [20, 1]", 13, "1 epochs",
           "increasing whole numbers from 1 to 20");
  rejected("elsewhere = \"moved\"", "elsewhere = \"mowed\"", 12,
           "'mowed' is not a known value of 'elsewhere'", "one of: two, moved");
  rejected("[\"naive\", \"fused\"]", "[\"naive\", \"fuse\"]", 10,
           "'fuse' is not a known value of 'arms'", "one of: naive, fused");
}

BOOST_AUTO_TEST_CASE(config_errors_of_arms) {
  std::string config =
      replaced(replaced(small, naive, arm("bayes", "fused")), "[\"naive\"", "[\"bayes\"");
  check_rejected(config, "[\"bayes\"", 0, "an arm has the reserved name 'bayes'", "another name");
  config = replaced(replaced(small, naive, bce), "[\"naive\"", "[\"bce\"");
  config = replaced(config, "[[-1, -1], [1, 1]]", "[[-1, -1], [1, 1], [5, 5]]");
  config = replaced(config, "elsewhere = \"moved\"\n", "");
  check_rejected(config, "[\"bce\"", 0, "'bce' is a binary loss, but the data have 3 classes",
                 "another arm");
  check_rejected(replaced(small + its_task, its_task + its_task,
                          its_task + replaced(its_task, "name =", "name  =")),
                 "name  =", 8, "duplicate task 'two'", "another name");
}

BOOST_AUTO_TEST_CASE(other_data_have_the_same_features_and_classes) {
  const auto rejected = [](const std::string& centres, const std::string& message) {
    check_rejected(replaced(small, "[[0, -1], [2, 1]]", centres), "elsewhere = \"moved\"", 12,
                   message, "2 features and 2 classes, as 'data' has");
  };
  rejected("[[0, -1], [2, 1], [3, 3]]", "2 features and 3 classes");
  rejected("[[0, -1, 1], [2, 1, 1]]", "3 features and 2 classes");
}

namespace {

// A claim of a document about over-confidence.
const std::string claimed = head_of("published") + "seeds = 3\n" + two_blobs + moved + fused +
                            "[[task]]\n" + task("two", 20) +
                            R"([[figure]]
id = "S3"
what = "W"
formula = "softmax"
input = [[0, 0]]
printed = ["0.5", "0.5"]
[[trained]]
id = "S7"
what = "W"
task = "two"
arm = "fused"
quantity = "overconfidence"
test = "moved"
claim = "over-confident"
at_least = 0.01
)";

}  // namespace

BOOST_AUTO_TEST_CASE(a_claim_of_over_confidence_is_compared_with_other_examples) {
  const Cells found = row_where(rows_of_run(claimed), {{"id", "S7"}});
  check_cells(found, {{"printed", "over-confident"}, {"agrees", "yes"}});
  // Two decimals: the median, the lowest and the highest seed.
  double median = 0, low = 0, high = 0;
  BOOST_REQUIRE(
      std::sscanf(found.at("computed").c_str(), "%lf (%lf to %lf)", &median, &low, &high) == 3);
  BOOST_TEST(found.at("computed") == fmt::format("{:.2f} ({:.2f} to {:.2f})", median, low, high));
  BOOST_TEST(low <= median);
  BOOST_TEST(median <= high);
  const Cells other = row_where(rows_of_run(replaced(claimed, "at_least = 0.01", "at_least = 0.5")),
                                {{"id", "S7"}});
  check_cells(other, {{"computed", found.at("computed")}, {"agrees", "no"}});
}

BOOST_AUTO_TEST_CASE(config_errors_of_a_claim_of_over_confidence) {
  const auto rejected = [](const std::string& from, const std::string& to, const std::string& at,
                           std::size_t skip, const std::string& message,
                           const std::string& expected) {
    check_rejected(replaced(claimed, from, to), at, skip, message, expected);
  };
  rejected("test = \"moved\"", "test = \"mowed\"", "test = \"mowed\"", 7,
           "'mowed' is not a known value of 'test'", "one of: two, moved");
  rejected("[[0, -1], [2, 1]]", "[[0, -1], [2, 1], [3, 3]]", "test = \"moved\"", 7,
           "2 features and 3 classes", "2 features and 2 classes, as the data of the task have");
  rejected("quantity = \"overconfidence\"", "quantity = \"accuracy\"", "test = ", 0,
           "unknown key 'test'", "");
}

BOOST_AUTO_TEST_SUITE_END()
