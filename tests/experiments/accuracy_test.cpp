// Experiment `accuracy` on small configs: compares its figures with the same figures computed here,
// and tests the replay of its rows and its distributions.
#include "accuracy/distribution.hpp"
#include "config_errors.hpp"
#include "config_runs.hpp"
#include "ops/log_sum_exp.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "oracle/oracle.hpp"
#include "random_rows.hpp"
#include "test.hpp"

BOOST_AUTO_TEST_SUITE(accuracy_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using ops::Op;

const std::string head =
    head_of("accuracy") +
    "dtypes = [\"float32\", \"float16\"]\nvariants = [\"softmax.max_trick.*\", "
    "\"log_softmax.shifted.*\", \"log_sum_exp.naive.*\"]\nclasses = [2, "
    "30]\ninaccurate_above_ulp = 8\nseed = 5\noutputs = 60\nmax_rows = 7\n";
const std::string normal =
    "[[distribution]]\nname = \"n\"\nhazard = \"h\"\nkind = \"normal\"\nscale = 6\n";

bool near(double a, double b) { return std::abs(a - b) <= 6e-6 * std::abs(b); }

std::vector<accuracy::Distribution> distributions(const std::string& text) {
  return read_config(text, [](Section& root) { return accuracy::read_distributions(root); });
}

std::vector<double> one_row(const std::string& keys, std::size_t classes, std::uint64_t seed) {
  return distributions("[[distribution]]\nname = \"d\"\nhazard = \"h\"\n" + keys)
      .at(0)
      .row(classes, seed);
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_figures_are_those_of_the_rows) {
  const Workdir folder("a.toml", head + normal);
  BOOST_REQUIRE(folder.run("$MAXTRICK run a.toml -o out --jobs 3").code == 0);
  const auto rows = rows_of(folder.read("out/a.csv"));
  BOOST_REQUIRE(rows.size() == 12U);  // 3 variants, 2 types, 2 class counts
  for (const Cells& row : rows) {
    if (row.at("dtype") != "float32") continue;
    const auto* variant = ops::find_variant(row.at("variant"));
    const auto classes = static_cast<std::size_t>(number(row, "classes"));
    const std::size_t n = classes == 2 ? 7 : 2;  // 60 outputs, at most 7 rows
    BOOST_TEST(number(row, "rows") == static_cast<double>(n));
    double max_ulp = 0, sum_ulp = 0, sum_error = 0, nearest = 0;
    std::size_t outputs = 0, worst = 0;
    for (std::size_t i = 0; i < n; ++i) {
      std::vector<float> logits;
      numerics::Random random(5 + i);
      for (std::size_t k = 0; k < classes; ++k)
        logits.push_back(static_cast<float>(6 * random.normal()));
      const auto exact = oracle::exact<float>(variant->op, logits);
      const auto got = apply<float>(*variant, logits);
      double sum = 0, difference = 0, norm = 0;
      for (std::size_t k = 0; k < got.size(); ++k) {
        const double ulp = numerics::error_ulp(exact[k], got[k]);
        if (ulp > max_ulp) worst = i;
        max_ulp = std::max(max_ulp, ulp);
        sum_ulp += ulp;
        ++outputs;
        const double y = static_cast<double>(got[k]);
        sum += variant->op == ops::softmax ? y : std::exp(y);
        difference = std::max(difference, numerics::absolute_error(exact[k], got[k]));
        norm = std::max(norm, std::abs(exact[k].value()));
      }
      sum_error = std::max(sum_error, std::abs(sum - 1));
      nearest = std::max(nearest, difference / norm * 0x1p24);
    }
    BOOST_TEST_CONTEXT(row.at("variant") << ", " << classes) {
      BOOST_TEST(near(number(row, "max_error_ulp"), max_ulp));
      BOOST_TEST(near(number(row, "mean_error_ulp"), sum_ulp / static_cast<double>(outputs)));
      BOOST_TEST(number(row, "worst_seed") == static_cast<double>(5 + worst));
      if (variant->op == ops::log_sum_exp)
        BOOST_TEST(row.at("sum_error").empty());
      else
        BOOST_TEST(std::abs(number(row, "sum_error") - sum_error) <= 1e-12);
      // The reported error need not be the largest: it belongs to the row that is nearest to its
      // bound.
      BOOST_TEST(number(row, "norm_error_u") <= nearest * 1.00001);
      BOOST_TEST(number(row, "norm_error_u") <= number(row, "bound_u"));
      BOOST_TEST(number(row, "norm_error_u") > 0);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_worst_row_is_made_again_from_its_seed) {
  const Workdir folder("a.toml", head + normal);
  BOOST_REQUIRE(folder.run("$MAXTRICK run a.toml -o out").code == 0);
  bool moved = false;
  for (const Cells& row : rows_of(folder.read("out/a.csv"))) {
    const std::string key = row.at("variant") + "/" + row.at("dtype") + "/n/" + row.at("classes");
    const Said said =
        folder.run("rm -rf again; $MAXTRICK run a.toml -o again --set max_rows=1 --set seed=" +
                   row.at("worst_seed") + " --filter '" + key + "$'");
    BOOST_REQUIRE(said.code == 0);
    const auto again = rows_of(folder.read("again/a.csv"));
    BOOST_REQUIRE(again.size() == 1U);
    BOOST_TEST(again[0].at("max_error_ulp") == row.at("max_error_ulp"));
    moved |= row.at("worst_seed") != "5";
  }
  BOOST_TEST(moved);  // else replaying the first seed would always pass
}

BOOST_AUTO_TEST_CASE(any_number_of_jobs_writes_the_same_bytes) { check_jobs(head + normal); }

BOOST_AUTO_TEST_CASE(distributions_are_what_they_are_called) {
  constexpr std::size_t n = 4000;
  const auto moments = [](const std::vector<double>& row) {
    double sum = 0, squares = 0;
    for (const double x : row) sum += x, squares += x * x;
    return std::pair(sum / n, squares / n);
  };
  const auto [mean, square] = moments(one_row("kind = \"normal\"\nscale = 3\n", n, 1));
  BOOST_TEST(std::abs(mean) < 0.2);
  BOOST_TEST(std::abs(square - 9) < 0.9);
  const auto uniform = one_row("kind = \"uniform\"\nlow = -2\nhigh = 6\n", n, 1);
  const auto [low, high] = std::minmax_element(uniform.begin(), uniform.end());
  BOOST_TEST((*low >= -2 && *low < -1.9 && *high > 5.9 && *high <= 6));
  const auto heavy = one_row("kind = \"heavy_tailed\"\nscale = 1\n", n, 1);
  BOOST_TEST(std::abs(*std::max_element(heavy.begin(), heavy.end())) > 15);
  BOOST_TEST(std::count_if(heavy.begin(), heavy.end(), [](double x) { return std::abs(x) < 2; }) >
             static_cast<std::ptrdiff_t>(n / 2));
  for (const auto& [kind, leaders] : {std::pair("dominant", 1), std::pair("two_tops", 2)}) {
    std::vector<std::size_t> places;
    for (std::uint64_t seed = 1; seed < 9; ++seed) {
      const auto row = one_row(std::string("kind = \"") + kind + "\"\ngap = 20\n", 50, seed);
      BOOST_TEST(std::count(row.begin(), row.end(), 0.0) == leaders);
      BOOST_TEST(std::count_if(row.begin(), row.end(),
                               [](double x) { return x >= -21 && x <= -20; }) == 50 - leaders);
      places.push_back(
          static_cast<std::size_t>(std::find(row.begin(), row.end(), 0.0) - row.begin()));
    }
    BOOST_TEST(std::set<std::size_t>(places.begin(), places.end()).size() > 2U);
  }
  BOOST_TEST((one_row("kind = \"two_tops\"\ngap = 20\n", 1, 1) == std::vector<double>{0}));
  BOOST_TEST((one_row("kind = \"equal\"\nvalue = 0.7\n", 3, 1) == std::vector<double>(3, 0.7)));
}

BOOST_AUTO_TEST_CASE(an_order_changes_the_order_and_no_value) {
  const std::string keys = "kind = \"normal\"\nscale = 3\n";
  auto plain = one_row(keys, 100, 7), up = one_row(keys + "order = \"up\"\n", 100, 7),
       down = one_row(keys + "order = \"down\"\n", 100, 7),
       shuffled = one_row(keys + "order = \"shuffled\"\n", 100, 7);
  BOOST_TEST((shuffled != plain));
  std::sort(plain.begin(), plain.end());
  BOOST_TEST((up == plain));
  std::sort(shuffled.begin(), shuffled.end());
  BOOST_TEST((shuffled == plain));
  std::reverse(plain.begin(), plain.end());
  BOOST_TEST((down == plain));
}

// The rows are taken in order from the seed on, each once, and only if the number of classes
// matches.
BOOST_AUTO_TEST_CASE(a_file_is_a_distribution) {
  const Workdir folder("x.csv", "1,2\n30,-3\n5,6\n0,0\n");
  const std::string file =
      "[[distribution]]\nname = \"f\"\nhazard = \"h\"\nkind = \"file\"\npath = \"x.csv\"\n"
      "obtain = \"Ask.\"\n";
  folder.write("a.toml", head + normal + file);
  BOOST_REQUIRE_EQUAL(folder.run("$MAXTRICK run a.toml -o out").code, 0);
  const std::string max_trick = "softmax.max_trick.scalar";
  const std::vector<std::vector<float>> in_order{{30, -3}, {5, 6}, {0, 0}, {1, 2}};  // from row 5
  double worst = -1;
  std::size_t seed = 5, worst_seed = 0;
  for (const auto& logits : in_order) {
    const auto exact = oracle::exact<float>(ops::softmax, logits);
    const auto got = apply<float>(*ops::find_variant(max_trick), logits);
    for (std::size_t k = 0; k < 2; ++k) {
      const double error = numerics::error_ulp(exact[k], got[k]);
      if (error > worst) worst_seed = seed;
      worst = std::max(worst, error);
    }
    ++seed;
  }
  std::size_t of_file = 0;
  for (const Cells& row : rows_of(folder.read("out/a.csv"))) {
    if (row.at("distribution") != "f") continue;
    ++of_file;
    BOOST_TEST(row.at("classes") == "2");
    BOOST_TEST(row.at("rows") == "4");  // of 7 that are requested
    if (row.at("variant") == max_trick && row.at("dtype") == "float32") {
      BOOST_TEST(near(number(row, "max_error_ulp"), worst));
      BOOST_TEST(number(row, "worst_seed") == static_cast<double>(worst_seed));
    }
  }
  BOOST_TEST(of_file == 6U);  // 3 variants, 2 types
  folder.exits(5, "$MAXTRICK run a.toml --filter /f/30");

  const auto rows =
      distributions("[[distribution]]\nname = \"f\"\nhazard = \"h\"\nkind = \"file\"\npath = \"" +
                    (folder / "x.csv").string() + "\"\nobtain = \"o\"\n");
  BOOST_TEST((rows[0].row(2, 1) == std::vector<double>{30, -3}));
  BOOST_TEST((rows[0].row(2, 7) == std::vector<double>{0, 0}));
  BOOST_TEST((rows[0].has(2) && !rows[0].has(3)));

  // The table is not lost when the file disappears.
  std::filesystem::remove(folder / "x.csv");
  const std::string before = folder.read("out/a.csv");
  folder.exits(5, "$MAXTRICK run a.toml -o out")
      .err_has("rows skipped: x.csv does not exist. Ask.\n");
  BOOST_TEST(folder.read("out/a.csv") == before);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_a_config_is_named) {
  check_rejected(replaced(head, "[2, 30]", "[30, 2.5]") + normal,
                 {"t.toml:6:16: error: 2.5 classes"});
  check_rejected(replaced(head, "[2, 30]", "[2000000]") + normal,
                 {"increasing whole numbers from 1 to 1000000"});
  check_rejected(head, {"missing"});
  check_rejected(head + normal + normal, {"duplicate distribution 'n'"});
  check_rejected(head + replaced(normal, "\"normal\"", "\"norml\""), {"did you mean 'normal'?"});
  check_rejected(head + normal + "low = 3\n", {"unknown key 'low'"});
  const std::string file =
      "[[distribution]]\nname = \"f\"\nhazard = \"h\"\nkind = \"file\"\npath = \"x.csv\"\n";
  const auto rejected = [&](const std::string& keys, const std::string& csv,
                            const std::string& message) {
    check_rejected(head + file + keys, {message}, {{"x.csv", csv}});
  };
  const std::string obtain = "obtain = \"o\"\n";
  check_rejected(head + file, {"t.toml:15:8: error: x.csv does not exist"});
  rejected("", "1,2,3\n",
           "t.toml:6:11: error: each row of 'f' has 3 logits, which 'classes' "
           "does not list");
  rejected(obtain + "order = \"up\"\n", "1,2,3\n", "unknown key 'order'");
  rejected(obtain, "1,nan\n", "x.csv contains NaN");
  rejected(obtain, "1,1e5\n", "logit 1 is 100000, which is infinite in float16");
}

BOOST_AUTO_TEST_SUITE_END()
