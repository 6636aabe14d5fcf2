// Runs the experiment outliers as a user does: what must hold for any outlier, and the config.
#include "training_configs.hpp"

BOOST_AUTO_TEST_SUITE(outliers_training_test)

namespace {

using namespace maxtrick::tests;

const std::string activations = R"([[activation]]
name = "softmax"
function = "softmax"
[[activation]]
name = "cap"
function = "softmax"
soft_cap = 5
[[activation]]
name = "sum_v2"
function = "sum_v2"
margin = 0.1
)";
const std::string gaps = "gaps = [0, 7]\n", row_of_slides = R"([[row]]
name = "slides"
hazard = "H"
others = [3, 0, 2]
)";

std::string outlier(const std::string& part, const std::string& name, const std::string& distance,
                    const std::string& rest) {
  return "[[" + part + "]]\nname = \"" + name + "\"\nhazard = \"H of " + name +
         "\"\ndistance = " + distance + "\n" + rest + "\n";
}
std::string distant(const std::string& name, const std::string& distance,
                    const std::string& label) {
  return outlier("distant", name, distance, "examples = 1\nlabel = \"" + label + "\"");
}

std::string config(const std::string& all_outliers,
                   const std::string& chosen = "\"softmax\", \"cap\", \"sum_v2\"", int epochs = 3) {
  return head_of("outliers") + "seeds = 3\n" + activations + lab + "[[task]]\n" +
         task("lab", epochs, "activations = [" + chosen + "]\n") + all_outliers;
}

const Cells& row(const std::vector<Cells>& all, const std::string& activation,
                 const std::string& outlier) {
  return row_where(all, {{"activation", activation}, {"outlier", outlier}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_exact_part_needs_no_data) {
  const auto all = rows_of_run(head_of("outliers") + gaps + activations + row_of_slides);
  BOOST_REQUIRE(all.size() == 6U);
  for (const Cells& cells : all) {
    check_cells(cells, {{"part", "gap"},
                        {"setting", "slides"},
                        {"hazard", "H"},
                        {"seeds", ""},
                        {"accuracy_median", ""}});
    BOOST_TEST(cells.at("gradient_bound").empty() == (cells.at("activation") == "sum_v2"));
  }
  BOOST_TEST(number(row(all, "softmax", "7"), "loss_difference") == 7);
  BOOST_TEST(number(row(all, "softmax", "7"), "runner_up") < 0.001);
}

// An example that is changed by nothing changes nothing.
BOOST_AUTO_TEST_CASE(the_same_example_has_no_effect) {
  for (const Cells& cells : rows_of_run(config(distant("same", "1", "right")))) {
    check_cells(cells, {{"part", "distant"},
                        {"setting", "lab"},
                        {"seeds", "3"},
                        {"accuracy_change_q1", "0"},
                        {"accuracy_change_q3", "0"},
                        {"loss_change_q1", "0"},
                        {"loss_change_q3", "0"},
                        {"probability_change_q3", "0"},
                        {"loss_with_median", cells.at("loss_without_median")},
                        {"confidence_with_median", cells.at("confidence_without_median")},
                        {"leader", ""}});
    BOOST_TEST(number(cells, "share_before_q3") < 0.01);
  }
}

BOOST_AUTO_TEST_CASE(a_distant_example_has_a_larger_part) {
  const auto all =
      rows_of_run(config(distant("near", "1", "wrong") + distant("far", "10", "wrong") +
                         distant("farther", "100", "wrong")));
  const Cells &near = row(all, "softmax", "near"), &far = row(all, "softmax", "far"),
              &farther = row(all, "softmax", "farther");
  // The gradient by the weights of the first layer has the features as factors.
  BOOST_TEST(number(far, "share_before_median") > 3 * number(near, "share_before_median"));
  BOOST_TEST(number(farther, "share_before_median") > 3 * number(far, "share_before_median"));
  BOOST_TEST(number(near, "confidence_without_median") < 1);
  // Without biases, relu networks are linear in the distance, and so is the loss of a wrong label.
  const auto loss = [&](const std::string& activation, const std::string& name) {
    return number(row(all, activation, name), "loss_without_median");
  };
  BOOST_TEST(loss("softmax", "farther") > 8 * loss("softmax", "far"));
  BOOST_TEST(loss("softmax", "farther") < 12 * loss("softmax", "far"));
  BOOST_TEST(loss("cap", "farther") < 10.01);  // twice the cap
  BOOST_TEST(number(farther, "confidence_without_median") == 1);
}

BOOST_AUTO_TEST_CASE(a_share_changes_that_many_labels) {
  const auto all = rows_of_run(config(outlier("mislabelled", "few", "1", "share = 0.005") +
                                          outlier("mislabelled", "ten", "1", "examples = 10") +
                                          outlier("mislabelled", "half", "1", "share = 0.5"),
                                      "\"softmax\""));
  // 0.005 of 2000 examples are 10.
  for (const auto& [column, cell] : row(all, "softmax", "few"))
    if (column != "outlier" && column != "hazard")
      BOOST_TEST(row(all, "softmax", "ten").at(column) == cell, column);
  BOOST_TEST(row(all, "softmax", "few").at("part") == "mislabelled");
  BOOST_TEST(number(row(all, "softmax", "half"), "share_before_median") > 0.4);
  BOOST_TEST(number(row(all, "softmax", "half"), "probability_change_median") >
             number(row(all, "softmax", "few"), "probability_change_median"));
}

BOOST_AUTO_TEST_CASE(jobs_change_no_byte) {
  check_jobs(config(distant("far", "10", "wrong"), "\"softmax\", \"sum_v2\"", 1));
}

BOOST_AUTO_TEST_CASE(config_errors) {
  const std::string good = replaced(config(row_of_slides + distant("far", "10", "wrong") +
                                               outlier("mislabelled", "share", "1", "share = 0.1"),
                                           "\"softmax\""),
                                    "seeds = 3\n", "seeds = 3\n" + gaps);
  const auto rejected = [&](const std::string& part, const std::string& instead,
                            const std::string& at, const std::string& message,
                            const std::string& expected) {
    check_rejected(replaced(good, part, instead), at, 0, message, expected);
  };
  rejected("function = \"softmax\"\n", "function = \"sum_v3\"\n", "\"sum_v3\"",
           "'sum_v3' is not a known value of 'function'", "one of: softmax, sum_v1, sum_v2");
  rejected("soft_cap = 5", "soft_cap = 0", "0\n", "key 'soft_cap' is 0", "a number from 0.001");
  rejected("soft_cap = 5", "temperature = -1", "-1", "key 'temperature' is -1",
           "a number from 0.001 to 1000");
  rejected("margin = 0.1", "margin = -3", "-3", "key 'margin' is -3", "a number from 1e-06");
  rejected("margin = 0.1", "soft_cap = 77", "77", "only softmax has 'soft_cap'", "no 'soft_cap'");
  rejected("margin = 0.1", "temperature = 77", "77", "only softmax has 'temperature'",
           "no 'temperature'");
  rejected("soft_cap = 5", "margin = 77", "77", "only a sum has 'margin'", "no 'margin'");
  rejected("name = \"cap\"", "name  = \"softmax\"", "\"softmax\"\nfunction = \"softmax\"\nsoft_cap",
           "duplicate activation 'softmax'", "another name");
  rejected("gaps = [0, 7]", "gaps = [0, -7]", "-7", "-7 is out of range",
           "a number from 0 to 1000");
  rejected("gaps = [0, 7]", "gaps = [7.5, 7.5]", "7.5]", "7.5 is listed twice", "each once");
  rejected("others = [3, 0, 2]", "others = [3, inf]", "inf", "a logit of inf",
           "a number from -1e+06 to 1e+06");
  rejected("others = [3, 0, 2]", "others = [3, 0, 2]\nclasses = 3", "3\n[[distant",
           "3 classes for 3 others", "at least one class more");
  rejected("others = [3, 0, 2]", "others = [3, 0, 2]\nclasses = 1", "1\n[[distant",
           "key 'classes' is 1", "an integer from 2 to 100000");
  rejected("label = \"wrong\"", "label = \"left\"", "\"left\"",
           "'left' is not a known value of 'label'", "one of: right, wrong");
  rejected("distance = 10", "distance = 0", "0\nexamples", "key 'distance' is 0",
           "a number from 1e-06 to");
  rejected("examples = 1", "examples = 2000", "2000\nlabel", "key 'examples' is 2000",
           "an integer from 1 to 1999");
  rejected("share = 0.1", "share = 0.6", "0.6", "key 'share' is 0.6", "a number from 1e-06 to 0.5");
  rejected("share = 0.1", "examples = 3\nshare = 0.25", "0.25",
           "'share' and 'examples' are both given", "one of the two");
  rejected("name = \"share\"", "name = \"far\"", "\"far\"\nhazard = \"H of far\"",
           "duplicate outlier 'far'", "another name");
  rejected("activations = [\"softmax\"", "activations = [\"softmin\"", "\"softmin\"",
           "'softmin' is not a known value of 'activations'", "one of: softmax, cap, sum_v2");
  check_rejected(replaced(replaced(good, "margin = 0.1\n", ""), "activations = [\"softmax\"",
                          "activations = [\"sum_v2\""),
                 "[\"sum_v2\"", 0, "'sum_v2' cannot be trained", "softmax, or sum_v2 with a margin");
  rejected("label = \"wrong\"", "label = \"wrong\"\nchaotic = 1", "1\n[[mis",
           "key 'chaotic' is an integer", "true or false");
  rejected("seeds = 3", "seeds = 0", "0\n", "key 'seeds' is 0", "an integer from 1");
  rejected("hazard = \"H of share\"", "hazard = \"H\"\nlabel = \"wrong\"",
           "label = \"wrong\"\ndistance", "unknown key 'label'", "one of");
}

BOOST_AUTO_TEST_SUITE_END()
