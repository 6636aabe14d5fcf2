// Runs the experiment `breaking` as a user does, with few seeds and epochs.
#include "training_configs.hpp"

BOOST_AUTO_TEST_SUITE(breaking_experiment_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

std::string config(const std::string& conditions, const std::string& arms = naive + clip + fused,
                   const std::string& data = lab, const std::string& name = "lab", int epochs = 3) {
  return head_of("breaking") + "seeds = 4\n" + data + "[task]\n" + task(name, epochs) + arms +
         conditions;
}

std::string condition(const std::string& name, const std::string& changes = "") {
  return "[[condition]]\nname = \"" + name + "\"\nhazard = \"H of " + name +
         "\"\nsource = \"S\"\n" + changes + "\n";
}

const std::string bias_100 = condition("bias-100", "bias = 100");

const Cells& row(const std::vector<Cells>& rows, const std::string& condition,
                 const std::string& arm) {
  return row_where(rows, {{"condition", condition}, {"arm", arm}});
}

}  // namespace

// The well-known result: the bias breaks the naive forms but not the fused one.
BOOST_AUTO_TEST_CASE(a_bias_of_100_ends_naive_stalls_clip_and_fused_learns) {
  const auto rows = rows_of_run(config(condition("lab") + bias_100));
  BOOST_REQUIRE(rows.size() == 6U);
  for (std::size_t i = 0; i < 6; ++i) {
    check_cells(rows[i], {{"condition", (i < 3 ? "lab" : "bias-100")},
                          {"hazard", "H of " + rows[i].at("condition")},
                          {"source", "S"},
                          {"seeds", "4"}});
  }
  for (const std::string arm : {"naive", "clip", "fused"}) {
    const Cells& cells = row(rows, "lab", arm);
    check_cells(cells, {{"outcome", "learns"},
                        {"learning_seeds", "4"},
                        {"first_bad_step", ""},
                        {"bad_loss_share", "0"}});
    BOOST_TEST(number(row(rows, "bias-100", arm), "start_loss") > 70);
  }
  const Cells &nan = row(rows, "bias-100", "naive"), &stuck = row(rows, "bias-100", "clip"),
              &good = row(rows, "bias-100", "fused");
  check_cells(nan, {{"outcome", "nan"},
                    {"nan_seeds", "4"},
                    {"learning_seeds", "0"},
                    {"first_bad_step", "1"},
                    {"bad_loss_share", "1"},
                    {"exact_loss_median", "nan"}});
  check_cells(stuck, {{"outcome", "stalls"},
                      {"nan_seeds", "0"},
                      {"learning_seeds", "0"},
                      {"accuracy_median", "0.25"},
                      {"dead_share", "0.75"},
                      {"exact_loss_median", stuck.at("start_loss")}});
  BOOST_TEST(number(stuck, "reported_loss") < 12.1);
  BOOST_TEST(good.at("outcome") == "learns");
  BOOST_TEST(number(good, "accuracy_q1") > 0.9);
  BOOST_TEST(good.at("dead_share") == "0");
}

BOOST_AUTO_TEST_CASE(each_condition_changes_what_it_names) {
  const auto rows =
      rows_of_run(config(condition("plain") + condition("scale", "feature_scale = 100") +
                             condition("half", "dtype = \"float16\"\nbias = 12") +
                             condition("misled", "misled_epochs = 2\nlast_layer_scale = 10") +
                             condition("class-3", "bias = 100\nbiased = 3\nlearning_rate = 1e-12") +
                             condition("noise", "label_noise = 0.5\nlearning_rate = 1e-12"),
                         naive + fused, lab, "lab", 2));
  const auto start = [&](const std::string& name) {
    return number(row(rows, name, "fused"), "start_loss");
  };
  BOOST_TEST(start("scale") > 10 * start("plain"));
  BOOST_TEST(start("misled") > start("plain"));
  BOOST_TEST(start("noise") == start("plain"));
  BOOST_TEST(row(rows, "half", "naive").at("outcome") == "nan");  // e^12 overflows
  BOOST_TEST(row(rows, "half", "fused").at("outcome") == "learns");
  BOOST_TEST(row(rows, "class-3", "fused").at("accuracy_q1") == "0.25");
  BOOST_TEST(row(rows, "class-3", "fused").at("outcome") == "stalls");  // like the best of the arms
  // Half of the labels are wrong, so the reported loss differs from the loss on the right labels.
  BOOST_TEST(number(row(rows, "noise", "fused"), "reported_loss") != start("noise"));
}

// With two classes a guess is right half of the time. A threshold of twice the accuracy of a guess
// could not be reached.
BOOST_AUTO_TEST_CASE(two_classes_can_be_learned) {
  const auto rows = rows_of_run(
      config(condition("plain") + condition("still", "bias = 100\nlearning_rate = 1e-12"), bce,
             two_blobs, "two", 30));
  BOOST_TEST(row(rows, "plain", "bce").at("outcome") == "learns");
  check_cells(row(rows, "still", "bce"), {{"outcome", "stalls"}, {"accuracy_median", "0.5"}});
}

BOOST_AUTO_TEST_CASE(jobs_change_no_byte) { check_jobs(config(condition("lab") + bias_100)); }

// The other arms of the condition are trained as well, because the best of them determines what
// counts as learning.
BOOST_AUTO_TEST_CASE(a_filter_gives_the_same_row) {
  const Workdir folder;
  const std::string text = config(condition("lab") + bias_100);
  folder.write("t.toml", text);
  const auto rows = rows_of_run(text);
  folder.exits(0, "$MAXTRICK run t.toml --filter '^bias-100/clip$'")
      .out_has("stalls")
      .out_has(row(rows, "bias-100", "clip").at("reported_loss"))
      .out_lacks("fused");
}

BOOST_AUTO_TEST_CASE(config_errors) {
  const auto changed = [](const std::string& change) { return config(condition("c", change)); };
  check_rejected(config(condition("c") + replaced(condition("c"), "name =", "name  =")),
                 "name  =", 8, "duplicate condition 'c'", "another name");
  check_rejected(changed("biased = 4"), "biased = 4", 9, "key 'biased' is 4",
                 "an integer from 0 to 3");
  check_rejected(changed("label_noise = 1.5"), "1.5", 0, "key 'label_noise' is 1.5",
                 "a number from 0 to 1");
  check_rejected(changed("dtype = \"float64\""), "\"float64\"", 0,
                 "'float64' is not a known value of 'dtype'", "one of: float32, float16, bfloat16");
  check_rejected(changed("feature_scal = 10"), "feature_scal", 0, "unknown key 'feature_scal'",
                 "one of");
  check_rejected(config(condition("c"), naive + bce), "data = \"lab\"", 7,
                 "'bce' is a binary loss, but the data have 4 classes", "another arm");
  // The network of this arm has one output.
  check_rejected(config(condition("c", "biased = 1"), bce, two_blobs, "two"), "biased = 1", 9,
                 "key 'biased' is 1", "");
  check_rejected(config(condition("c", "dtype = \"float16\""),
                        fused + arm("dnn", "log_of_softmax", "softmax.onednn")),
                 "\"float16\"", 0, "'softmax.onednn' is not available in float16",
                 "a type in which the softmax of every arm is available");
  check_rejected(config(condition("c"), fused + arm("none", "log_of_softmax")),
                 "[[arm]]\nname = \"none\"", 0,
                 "the loss 'log_of_softmax' is computed from probabilities and needs a softmax",
                 "a softmax, such as softmax = ");
}

BOOST_AUTO_TEST_SUITE_END()
