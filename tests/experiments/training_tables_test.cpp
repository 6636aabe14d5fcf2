// What the committed tables of losses and training say: the project's own promises.
#include "result_rows.hpp"

BOOST_AUTO_TEST_SUITE(training_tables_test)

using namespace maxtrick::tests;

BOOST_AUTO_TEST_CASE(the_published_curves_lie_within_the_seeds) {
  std::map<std::string, int> printed;
  for (const Cells& row : committed_rows("training")) {
    if (row.at("published").empty()) continue;
    ++printed[row.at("source")];
    check_cells(row, {{"within", "yes"}, {"seeds", "100"}});
  }
  BOOST_TEST(printed["L4"] == 10);
  BOOST_TEST(printed["L6"] == 10);
}

BOOST_AUTO_TEST_CASE(the_lab_has_its_floor_and_its_first_categories) {
  std::set<std::string> seen;
  for (const Cells& row : committed_rows("training")) {
    if (row.at("task") != "lab") continue;
    const std::string key = row.at("arm") + '/' + row.at("quantity");
    if (key == "bayes/exact_loss") BOOST_TEST(std::abs(number(row, "median") - 0.016201308) < 1e-9);
    if (key == "bayes/accuracy") BOOST_TEST(number(row, "median") == 0.9925);
    if (row.at("quantity") == "first_categories") BOOST_TEST(row.at("median") == "5", key);
    seen.insert(key);
  }
  for (const char* key : {"bayes/exact_loss", "bayes/accuracy", "obvious/first_categories",
                          "preferred/first_categories"})
    BOOST_TEST(seen.contains(key), key);
}

// Three conditions at least in which the unguarded arm ends in NaN, the clipped one stalls, and the
// fused one is within 1 % of the best; and two in which nothing differs.
BOOST_AUTO_TEST_CASE(the_arms_part_where_they_should) {
  std::map<std::string, std::map<std::string, Cells>> conditions;
  for (const Cells& row : committed_rows("breaking"))
    conditions[row.at("condition")][row.at("arm")] = row;
  int telling = 0, alike = 0;
  for (const auto& [name, arms] : conditions) {
    double best = 0;
    bool all_learn = true;
    for (const auto& arm : arms) {
      best = std::max(best, number(arm.second, "accuracy_median"));
      all_learn &= arm.second.at("outcome") == "learns";
    }
    const Cells &naive = arms.at("naive"), &clip = arms.at("clip"), &fused = arms.at("fused");
    alike += all_learn;
    telling += naive.at("outcome") == "nan" && clip.at("outcome") == "stalls" &&
               fused.at("outcome") == "learns" && number(fused, "accuracy_median") >= best - 0.01;
    // Wherever anything learns, the fused forms do.
    for (const char* form : {"fused", "fused_log1p"})
      if (name != "rate-1") BOOST_TEST(arms.at(form).at("outcome") == "learns", name);
    BOOST_TEST(fused.at("seeds") == "20");
  }
  BOOST_TEST(telling >= 3);
  BOOST_TEST(alike >= 2);
}

BOOST_AUTO_TEST_CASE(every_backend_trains_alike) {
  const auto rows = committed_rows("backends");
  BOOST_TEST(rows.size() >= 5U);
  for (const Cells& row : rows) {
    BOOST_TEST(number(row, "loss_difference") <= 1e-3, row.at("variant"));
    BOOST_TEST(std::abs(number(row, "accuracy_median") - 0.988) <= 1e-3, row.at("variant"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
