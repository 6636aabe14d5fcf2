// Runs the experiment `regions` as a user does, and tests the best classifiers with which it
// compares.
#include "io/files.hpp"
#include "training_configs.hpp"

BOOST_AUTO_TEST_SUITE(regions_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string thousand = circles(1000, "2.5", 1);

const std::string area = "x1 = [-2.5, 2.5]\nx2 = [-2.5, 2.5]\nstep = 0.25\nexamples = 50\n";

std::string config(const std::string& data = thousand, const std::string& name = "circles",
                   const std::string& its_area = area, const std::string& arms = fused,
                   int epochs = 15) {
  return head_of("regions") + data + arms + "[[task]]\n" + task(name, epochs, its_area);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_network_finds_the_circles_nearly_everywhere) {
  const auto rows = rows_of_run(config());
  BOOST_REQUIRE(rows.size() == 450U);
  std::size_t as_best = 0, right = 0;
  for (std::size_t n = 0; n < rows.size(); ++n) {
    const Cells& cells = rows[n];
    BOOST_TEST(cells.at("point") == std::to_string(n + 1));
    const double x1 = number(cells, "x1"), x2 = number(cells, "x2");
    const bool example = n >= 400;
    BOOST_TEST(cells.at("label").empty() == !example);
    if (!example) {
      BOOST_TEST(x1 == -2.375 + 0.25 * static_cast<double>(n % 20));
      BOOST_TEST(x2 == -2.375 + 0.25 * static_cast<double>(n / 20));
    }
    const double radius = std::hypot(x1, x2);
    BOOST_TEST(cells.at("best") == (radius < 1 ? "0" : radius < 2 ? "1" : "2"));
    if (example) BOOST_TEST(cells.at("label") == cells.at("best"));
    BOOST_TEST(cells.at("as_best") == (cells.at("class") == cells.at("best") ? "yes" : "no"));
    // The largest of three probabilities is at least 1/3.
    BOOST_TEST(number(cells, "probability") >= 1. / 3);
    BOOST_TEST(number(cells, "probability") <= 1);
    as_best += cells.at("as_best") == "yes";
    right += example && cells.at("class") == cells.at("label");
  }
  BOOST_TEST(as_best > 380U);
  BOOST_TEST(right > 42U);
}

BOOST_AUTO_TEST_CASE(a_linear_network_parts_by_straight_lines) {
  std::string text = config();
  text = replaced(text, "hidden = [25, 15]\n", "");
  const auto rows = rows_of_run(text);
  BOOST_REQUIRE(rows.size() == 450U);
  // The regions of a linear classifier are convex. Along any line of the grid, a class therefore
  // forms one contiguous run.
  for (std::size_t line = 0; line < 20; ++line)
    for (const bool along_x1 : {true, false}) {
      std::vector<std::string> seen;
      for (std::size_t i = 0; i < 20; ++i) {
        const std::string& k = rows[along_x1 ? 20 * line + i : 20 * i + line].at("class");
        if (!seen.empty() && seen.back() == k) continue;
        BOOST_TEST(std::count(seen.begin(), seen.end(), k) == 0);
        seen.push_back(k);
      }
    }
}

BOOST_AUTO_TEST_CASE(an_arm_of_one_logit_has_probabilities_of_its_class) {
  const std::string two_areas = "x1 = [-4, 4]\nx2 = [-4, 4]\nstep = 1\nexamples = 0\n";
  std::string text = config(two_blobs, "two", two_areas, bce, 30);
  text = replaced(text, "batch = 32", "batch = 30");
  const auto rows = rows_of_run(text);
  BOOST_REQUIRE(rows.size() == 64U);
  std::size_t as_best = 0;
  for (const Cells& cells : rows) {
    BOOST_TEST(number(cells, "probability") >= 0.5);
    // The best classifier of two round blobs chooses the nearer centre; on the diagonal either is
    // correct.
    const double sum = number(cells, "x1") + number(cells, "x2");
    if (sum != 0) BOOST_TEST(cells.at("best") == (sum > 0 ? "1" : "0"));
    as_best += cells.at("as_best") == "yes";
  }
  BOOST_TEST(as_best > 50U);
}

BOOST_AUTO_TEST_CASE(the_best_classifier_of_blobs_takes_the_nearest_centre) {
  const std::vector<std::pair<double, double>> centres{{-5, 2}, {-2, -2}, {1, 2}, {5, -2}};
  const auto rows = rows_of_run(
      config(lab, "lab", "x1 = [-9, 9]\nx2 = [-6, 6]\nstep = 0.6\nexamples = 100\n", fused, 1));
  BOOST_REQUIRE(rows.size() == 700U);
  for (const Cells& cells : rows) {
    std::vector<double> distances;
    for (const auto& [x1, x2] : centres)
      distances.push_back(std::hypot(number(cells, "x1") - x1, number(cells, "x2") - x2));
    const auto nearest = std::min_element(distances.begin(), distances.end());
    // If two centres are equally near, either is correct.
    const auto best = static_cast<std::size_t>(number(cells, "best"));
    BOOST_TEST(distances.at(best) - *nearest < 1e-12);
  }
}

// A network whose weights are NaN predicts no class.
BOOST_AUTO_TEST_CASE(a_network_that_ended_in_nan_has_no_regions) {
  std::string text = replaced(config(thousand, "circles", area, naive, 2), "learning_rate = 0.01",
                              "learning_rate = 1e6");
  text = replaced(text, "\"adam\"", "\"sgd\"");
  const Workdir folder("regions.toml", text);
  folder.exits(0, "$MAXTRICK run regions.toml --quiet");
  for (const Cells& cells : rows_of(folder.read("results/regions.csv"))) {
    check_cells(cells, {{"class", "nan"}, {"probability", "nan"}, {"as_best", "no"}});
  }
}

BOOST_AUTO_TEST_CASE(areas_that_are_none) {
  const auto rejected = [](const std::string& part, const std::string& instead,
                           const std::string& at, const std::string& message,
                           const std::string& expected) {
    check_rejected(replaced(config(), part, instead), at, 0, message, expected);
  };
  rejected("x1 = [-2.5, 2.5]", "x1 = [2.5, -2.5]", "[2.5, -2.5]",
           "'x1' is not a whole number of steps of 0.25",
           "two numbers that are a whole number of steps apart");
  rejected("x2 = [-2.5, 2.5]", "x2 = [-2.5, 2.4]", "[-2.5, 2.4]",
           "'x2' is not a whole number of steps of 0.25",
           "two numbers that are a whole number of steps apart");
  rejected("x2 = [-2.5, 2.5]", "x2 = [0, 251]", "[0, 251]",
           "'x2' is not a whole number of steps of 0.25",
           "two numbers that are a whole number of steps apart, at most 1000 steps");
  rejected("step = 0.25", "step = -1", "-1", "a step of -1", "a number from 1e-06 to 1e+06");
  rejected("examples = 50", "examples = 1001", "1001",
           "1001 examples are requested, but the data set has 1000", "at most all examples");
  const std::string ten = R"([[data]]
name = "circles"
generate = "blobs"
samples = 100
centres = 3
features = 5
seed = 1
)";
  const std::string text = config(ten);
  check_rejected(text, "data = \"circles\"", 7, "a point has 5 features",
                 "2 features, because regions are drawn in a plane");
}

BOOST_AUTO_TEST_SUITE_END()
