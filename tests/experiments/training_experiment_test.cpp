// Runs the experiment `training` as a user does, with few seeds and epochs.
#include "training_configs.hpp"

BOOST_AUTO_TEST_SUITE(training_experiment_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string head = head_of("training") + "seeds = 3\n";

std::string asked(const std::string& data, const std::string& arms, const std::string& rest = "") {
  return "[[task]]\n" + task(data, 2, "arms = [" + arms + "]\n" + rest);
}

std::string published(const std::string& task, const std::string& arm, const std::string& losses) {
  return "[[published]]\ntask = \"" + task + "\"\narm = \"" + arm + "\"\nsource = \"S\"\nloss = [" +
         losses + "]\n";
}

// The lab with two arms, from which most cases start.
const std::string small =
    head + lab + naive + fused +
    asked("lab", "\"naive\", \"fused\"", "first_categories = [2, 0, 0, 1, 2]\n");

const Cells& row(const std::vector<Cells>& rows, const std::string& arm,
                 const std::string& quantity) {
  return row_where(rows, {{"arm", arm}, {"quantity", quantity}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_row_for_each_arm_and_quantity_and_the_floor) {
  const auto rows = rows_of_run(small);
  const std::vector<std::string> quantities{"loss_1",          "loss_2",        "exact_loss",
                                            "accuracy",        "largest_logit", "smallest_logit",
                                            "first_categories"};
  BOOST_REQUIRE(rows.size() == 2 * quantities.size() + 2);
  for (std::size_t i = 0; i < 2 * quantities.size(); ++i) {
    const Cells& cells = rows[i];
    check_cells(cells, {{"task", "lab"},
                        {"arm", (i < quantities.size() ? "naive" : "fused")},
                        {"quantity", quantities[i % quantities.size()]},
                        {"seeds", "3"},
                        {"published", ""},
                        {"within", ""}});
    BOOST_TEST(number(cells, "lowest") <= number(cells, "q1"));
    BOOST_TEST(number(cells, "q1") <= number(cells, "median"));
    BOOST_TEST(number(cells, "median") <= number(cells, "q3"));
    BOOST_TEST(number(cells, "q3") <= number(cells, "highest"));
  }
  // With ten times the learning rate of the lab, two epochs are enough.
  BOOST_TEST(number(row(rows, "fused", "loss_2"), "median") <
             number(row(rows, "fused", "loss_1"), "lowest"));
  BOOST_TEST(number(row(rows, "fused", "accuracy"), "lowest") > 0.95);
  BOOST_TEST(row(rows, "fused", "first_categories").at("median") == "5");
  BOOST_TEST(number(row(rows, "fused", "smallest_logit"), "highest") < 0);
  // Both arms start from the same weights.
  BOOST_TEST(number(row(rows, "naive", "loss_1"), "lowest") ==
                 number(row(rows, "fused", "loss_1"), "lowest"),
             boost::test_tools::tolerance(1e-3));
}

// The known digits of the Bayes classifier's loss.
BOOST_AUTO_TEST_CASE(the_floor_of_the_lab) {
  const auto rows = rows_of_run(small);
  const Cells& loss = row(rows, "bayes", "exact_loss");
  for (const std::string column : {"lowest", "q1", "median", "q3", "highest"}) {
    BOOST_TEST(std::abs(number(loss, column) - 0.016201308) < 5e-10);
    BOOST_TEST(row(rows, "bayes", "accuracy").at(column) == "0.9925");
  }
  BOOST_TEST(loss.at("seeds") == "");
  BOOST_TEST(number(row(rows, "fused", "exact_loss"), "lowest") > number(loss, "median"));
}

BOOST_AUTO_TEST_CASE(a_printed_loss_is_within_the_band_or_not) {
  const auto rows = rows_of_run(small);
  const Cells& first = row(rows, "fused", "loss_1");
  const std::string lowest = first.at("lowest"), highest = first.at("highest");
  const auto within = [&](const std::string& loss_1, const std::string& loss_2) {
    const auto told =
        rows_of_run(small + published("lab", "fused", '"' + loss_1 + "\", \"" + loss_2 + '"'));
    for (const Cells& cells : told)
      if (cells.at("arm") != "fused" || !cells.at("quantity").starts_with("loss_"))
        BOOST_TEST(cells.at("published") + cells.at("within") + cells.at("source") == "");
    check_cells(row(told, "fused", "loss_1"), {{"published", loss_1}, {"source", "S"}});
    return row(told, "fused", "loss_1").at("within") + ' ' +
           row(told, "fused", "loss_2").at("within");
  };
  BOOST_TEST(within(lowest, "1e-9") == "yes no");  // the interval includes its ends
  BOOST_TEST(within(highest, "99") == "yes no");
  BOOST_TEST(within("0.00", row(rows, "fused", "loss_2").at("median")) == "no yes");
}

BOOST_AUTO_TEST_CASE(a_document_may_print_the_first_epochs_only) {
  const auto rows = rows_of_run(small + published("lab", "fused", "\"1.0\""));
  BOOST_TEST(row(rows, "fused", "loss_1").at("published") == "1.0");
  BOOST_TEST(row(rows, "fused", "loss_2").at("published") == "");
}

BOOST_AUTO_TEST_CASE(two_classes_in_one_column) {
  const auto rows = rows_of_run(head + two_blobs + bce + asked("two", "\"bce\""));
  BOOST_TEST(number(row(rows, "bce", "accuracy"), "lowest") > 0.85);
  BOOST_TEST(number(row(rows, "bayes", "accuracy"), "median") > 0.9);
}

BOOST_AUTO_TEST_CASE(jobs_change_no_byte) {
  check_jobs(small + published("lab", "fused", "\"1.0\""));
}

BOOST_AUTO_TEST_CASE(a_filter_trains_what_it_needs) {
  const Workdir folder("t.toml", small);
  const auto all = rows_of_run(small);
  folder.exits(0, "$MAXTRICK run t.toml --filter '^lab/(fused/loss_2|bayes/accuracy)$'")
      .out_has(row(all, "fused", "loss_2").at("median"))
      .out_has("0.9925")
      .out_lacks("naive")
      .out_lacks("loss_1");
}

BOOST_AUTO_TEST_CASE(config_errors_of_tasks) {
  const auto rejected = [](const std::string& from, const std::string& to, std::size_t skip,
                           const std::string& message, const std::string& expected) {
    check_rejected(replaced(small, from, to), to, skip, message, expected);
  };
  rejected("data = \"lab\"", "data = \"lap\"", 7, "'lap' is not a known value of 'data'",
           "one of: lab; did you mean 'lab'?");
  rejected("\"naive\", \"fused\"]", "\"naive\", \"fuse\"]", 9,
           "'fuse' is not a known value of 'arms'", "one of: naive, fused; did you mean 'fused'?");
  rejected("\"naive\", \"fused\"]", "\"naive\", \"naive\"]", 9, "'naive' is listed twice",
           "each once");
  rejected("hidden = [25, 15]", "hidden = [25, 0]", 14, "a layer of 0 units",
           "a whole number from 1 to 4096");
  rejected("hidden = [25, 15]", "hidden = [2.5, 15]", 10, "a layer of 2.5 units",
           "a whole number from 1 to 4096");
  rejected("batch = 32", "batch = 2001", 8, "a batch of 2001 examples, but there are 2000",
           "at most all examples");
  rejected("optimiser = \"adam\"", "optimiser = \"adamw\"", 12,
           "'adamw' is not a known value of 'optimiser'",
           "one of: adam, sgd; did you mean 'adam'?");
  rejected("[2, 0, 0, 1, 2]", "[2, 0, 4]", 0, "row 2: label 4 is not a class; expected 0 to 3",
           "classes of the data");
}

BOOST_AUTO_TEST_CASE(config_errors_of_arms) {
  const std::string binary = replaced(small + bce, "arms = [\"naive\"", "arms = [\"bce\"");
  check_rejected(binary, "[\"bce\"", 0, "'bce' is a binary loss, but the data have 4 classes",
                 "another arm");
  std::string config = head + lab + arm("bayes", "fused") + asked("lab", "\"bayes\"");
  check_rejected(config, "[\"bayes\"]", 0, "an arm has the reserved name 'bayes'", "another name");
  config = head + lab + fused + asked("lab", "\"fused\"") +
           replaced(asked("lab", "\"fused\""), "name =", "name  =");
  check_rejected(config, "name  =", 8, "duplicate task 'lab'", "another name");
  config = head +
           replaced(replaced(lab, "samples = 2000", "samples = 1000000"),
                    "[[-5, 2], [-2, -2], [1, 2], [5, -2]]", "11\nfeatures = 2") +
           fused + asked("lab", "\"fused\"");
  check_rejected(config, "data = \"lab\"", 7, "1000000 examples with 11 classes",
                 "examples times classes of at most 10000000");
}

BOOST_AUTO_TEST_CASE(config_errors_of_what_is_published) {
  const auto rejected = [](const std::string& section, const std::string& at, std::size_t skip,
                           const std::string& message, const std::string& expected) {
    check_rejected(small + section, at, skip, message, expected);
  };
  rejected(published("lap", "fused", "\"1.0\""), "\"lap\"", 0,
           "'lap' is not a known value of 'task'", "one of: lab");
  rejected(published("lab", "fuse", "\"1.0\""), "\"fuse\"", 0,
           "'fuse' is not a known value of 'arm'", "one of: naive, fused");
  rejected(published("lab", "fused", "\"1.0\", \"one\""), "\"one\"", 0, "'one' is not a number",
           "a loss as it was printed");
  rejected(published("lab", "fused", "\"1.0\", \"nan\""), "\"nan\"", 0, "'nan' is not a number",
           "a loss as it was printed");
  rejected(published("lab", "fused", "\"1.0\", \"0.5\", \"0.2\""), "\"0.2\"", 0,
           "3 losses for 2 epochs", "at most one loss for each epoch");
  rejected(published("lab", "naive", "\"1.0\"") + published("lab", "fused", "\"1.0\"") +
               replaced(published("lab", "fused", "\"2.0\""), "\"fused\"", "  \"fused\""),
           "  \"fused\"", 2, "duplicate published run 'lab/fused'", "another arm, because line");
}

BOOST_AUTO_TEST_SUITE_END()
