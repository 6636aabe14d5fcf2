// Runs the experiment `imbalance` as a user does, and tests what its committed table says.
#include "training_configs.hpp"

BOOST_AUTO_TEST_SUITE(imbalance_test)

namespace {

using namespace maxtrick::tests;

std::string data(const std::string& name, const std::string& counts, int seed) {
  return "[[data]]\nname = \"" + name + "\"\ngenerate = \"blobs\"\ncounts = " + counts +
         "\ncentres = [[-1, 0], [1, 0]]\nseed = " + std::to_string(seed) + "\n";
}

// Two classes on a line, 10 to 1, and a linear network.
const std::string two_classes =
    head_of("imbalance") + "seeds = 3\nbins = 10\n" + data("train", "[1000, 100]", 1) +
    data("alike", "[10000, 1000]", 50) + data("equal", "[3000, 3000]", 51) +
    arm("plain", "fused_log1p") + arm("weights", "fused_log1p") + "class_weights = \"balanced\"\n" +
    arm("adjusted", "fused_log1p") + "tau = 1\n" +
    R"([[task]]
name = "line"
data = "train"
epochs = 20
batch = 32
optimiser = "adam"
learning_rate = 0.01
tests = ["alike", "equal"]
)";

using Rows = std::map<std::string, Cells>;

Rows rows_of_config(const std::string& config) {
  return rows_by({"arm", "test", "logits"}, csv_of_run(config));
}

double normal(double x) { return std::erfc(-x / std::sqrt(2)) / 2; }

Rows committed(const std::string& task) {
  Rows rows;
  for (const Cells& row : committed_rows("imbalance"))
    if (row.at("task") == task)
      rows[row.at("arm") + '/' + row.at("test") + '/' + row.at("logits")] = row;
  return rows;
}

double median(const Rows& rows, const std::string& row, const std::string& column) {
  return number(rows.at(row), column + "_median");
}

}  // namespace

// The border between two classes of spread 1 at -1 and 1 is at x = log(odds) / 2.
BOOST_AUTO_TEST_CASE(bayes_classifiers_have_the_known_recalls) {
  const Rows rows = rows_of_config(two_classes);
  BOOST_REQUIRE(rows.size() == 16U);
  for (const std::string test : {"alike", "equal"}) {
    const double border = std::log(10.0) / 2;
    // Five standard errors of 1000 points.
    const auto is = [&](const std::string& arm, const std::string& column, double due) {
      BOOST_TEST(std::abs(median(rows, arm + '/' + test + "/trained", column) - due) <=
                     5 * std::sqrt(due * (1 - due) / 1000),
                 arm << ' ' << test << ' ' << column);
    };
    is("bayes", "recall_0", normal(1 + border));
    is("bayes", "recall_1", normal(1 - border));
    is("bayes_balanced", "recall_0", normal(1));
    is("bayes_balanced", "recall_1", normal(1));
  }
  // Each is calibrated for its own prior, and claims too much or too little of the rare class for the other.
  const auto claimed = [&](const std::string& row) {
    return number(rows.at(row + "/trained"), "rare_claimed");
  };
  BOOST_TEST(std::abs(claimed("bayes/alike") - 1) <= 0.1);
  BOOST_TEST(std::abs(claimed("bayes_balanced/equal") - 1) <= 0.05);
  BOOST_TEST(claimed("bayes_balanced/alike") > 2);
  BOOST_TEST(claimed("bayes/equal") < 0.6);
}

BOOST_AUTO_TEST_CASE(a_linear_network_comes_near_the_bayes_classifier_that_it_aims_at) {
  const Rows rows = rows_of_config(two_classes);
  for (const auto& [arm, aim] :
       {std::pair("plain", "bayes"), std::pair("weights", "bayes_balanced"),
        std::pair("adjusted", "bayes_balanced")})
    for (const std::string test : {"alike", "equal"})
      for (const std::string column : {"recall_0", "recall_1"})
        BOOST_TEST(
            std::abs(median(rows, std::string(arm) + '/' + test + "/trained", column) -
                     median(rows, std::string(aim) + '/' + test + "/trained", column)) <= 0.06,
            arm << ' ' << test << ' ' << column);
  // Shifted logits are near the Bayes classifier of the test set, whatever the loss aimed at.
  for (const std::string arm : {"plain", "weights", "adjusted"}) {
    BOOST_TEST(median(rows, arm + "/alike/shifted", "nll") <
               1.03 * median(rows, "bayes/alike/trained", "nll"));
    BOOST_TEST(median(rows, arm + "/equal/shifted", "nll") <
               1.03 * median(rows, "bayes_balanced/equal/trained", "nll"));
  }
  // Where the prior is that of the aim, the shift is 0 up to a constant.
  for (const std::string column : {"recall_0", "accuracy", "ece"})
    BOOST_TEST(std::abs(median(rows, "plain/alike/shifted", column) -
                        median(rows, "plain/alike/trained", column)) <= 1e-6);
}

// What the description of the config, the documents and the guide say.
BOOST_AUTO_TEST_CASE(the_committed_table_says_what_the_documents_say) {
  for (const std::string task : {"linear", "network"}) {
    const Rows rows = committed(task);
    const auto rare = [&](const std::string& arm) {
      return median(rows, arm + "/balanced/trained", "recall_2");
    };
    BOOST_TEST(rare("plain") < 0.5);
    BOOST_TEST(std::abs(rare("plain") - rare("bayes")) < 0.05);
    for (const std::string arm : {"weights", "adjusted"}) {
      BOOST_TEST(rare(arm) > 0.8);
      BOOST_TEST(number(rows.at(arm + "/imbalanced/trained"), "rare_claimed") > 8);
      BOOST_TEST(number(rows.at(arm + "/imbalanced/shifted"), "rare_claimed") < 1.2);
    }
    BOOST_TEST(rare("plain") < rare("square_root"));
    BOOST_TEST(rare("square_root") < rare("weights"));
    BOOST_TEST(std::abs(rare("focal") - rare("plain")) < 0.1);
    BOOST_TEST(median(rows, "focal/imbalanced/trained", "ece") >
               5 * median(rows, "plain/imbalanced/trained", "ece"));
    // The shift brings the logits of plain loss near the Bayes classifier for equally likely classes.
    BOOST_TEST(median(rows, "plain/balanced/shifted", "nll") <
               1.2 * median(rows, "bayes_balanced/balanced/trained", "nll"));
  }
}

BOOST_AUTO_TEST_CASE(rows_do_not_depend_on_jobs) { check_jobs(two_classes); }

BOOST_AUTO_TEST_CASE(data_of_files_are_the_same_for_every_seed_and_have_no_bayes_rows) {
  const std::string files = R"([[data]]
name = "mine"
path = "X.csv"
labels = "y.csv"
)";
  const Workdir folder(
      "t.toml", head_of("imbalance") + "seeds = 2\nbins = 5\n" + files + fused + "[[task]]\n" +
                    replaced(task("mine", 2), "batch = 32", "batch = 2") + "tests = [\"mine\"]\n");
  folder.write("X.csv", "1,2\n3,4\n5,7\n2,2\n");
  folder.write("y.csv", "0\n1\n0\n0\n");
  folder.exits(0, "$MAXTRICK run t.toml --quiet");
  BOOST_TEST(rows_of(folder.read("results/t.csv")).size() == 2U);
  // A class without points has no recall.
  folder.write("y.csv", "0\n2\n0\n0\n");
  folder.exits(5, "$MAXTRICK run t.toml -o other").err_has("mine has no point of class 1");
}

BOOST_AUTO_TEST_CASE(configs_that_are_wrong) {
  const auto rejected = [](const std::string& part, const std::string& instead,
                           const std::string& at, std::size_t skip, const std::string& message,
                           const std::string& expected) {
    check_rejected(replaced(two_classes, part, instead), at, skip, message, expected);
  };
  rejected("tests = [\"alike\", \"equal\"]", "tests = [\"alike\", \"eqal\"]", "\"eqal\"", 0,
           "'eqal' is not a known value of 'tests'", "one of");
  rejected("bins = 10", "bins = 0", "bins = 0", 7, "key 'bins' is 0", "an integer from 1 to 10000");
  rejected("class_weights = \"balanced\"", "class_weights = [1, 2, 3]", "data = \"train\"", 7,
           "'weights' has 3 class weights, but the data have 2 classes",
           "one weight for each class");
  rejected("name = \"plain\"", "name = \"bayes\"", "name = \"line\"", 7,
           "'bayes' is the name of a Bayes classifier", "another arm");
  rejected("name = \"plain\"\nloss = \"fused_log1p\"", "name = \"plain\"\nloss = \"bce\"",
           "name = \"line\"", 7, "'plain' is a binary loss", "another arm");
  const std::string three =
      replaced(data("other", "[10, 10]", 1), "[[-1, 0], [1, 0]]", "[[-1], [1]]");
  check_rejected(
      replaced(replaced(two_classes, "\"equal\"]", "\"other\"]"), "[[arm]]", three + "[[arm]]"),
      "[\"alike\", \"other\"]", 0, "'other' has 2 classes and 1 features, but 'train' has 2 and 2",
      "test data like the training data");
}

BOOST_AUTO_TEST_SUITE_END()
