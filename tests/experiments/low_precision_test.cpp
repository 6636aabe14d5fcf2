// Experiment `low_precision`: compares its figures with closed forms and plain loops, and tests a
// violated bound and the messages for a wrong config or file.
#include "io/csv.hpp"
#include "numerics/random.hpp"
#include "ops/registry.hpp"
#include "ops/softmax.hpp"
#include "plan_of.hpp"
#include "program.hpp"
#include "run/schedule.hpp"
#include "table/check.hpp"

BOOST_AUTO_TEST_SUITE(low_precision_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// A variant that returns a uniform distribution for all logits and claims to be exact.
const ops::Register liar{{.op = ops::softmax,
                          .algorithm = "liar",
                          .isa = {},
                          .summary = "1 / n",
                          .source = "the test",
                          .bound = [](const ops::RowFacts&) { return std::optional(0.5); },
                          .float32 =
                              [](const ops::Call<float>& call) {
                                const auto [x, y] = std::pair(call.logits, call.result);
                                for (std::size_t i = 0; i < x.rows; ++i)
                                  for (float& p : y.row(i)) p = 1 / static_cast<float>(x.columns);
                              }}};

std::string config_text(const std::string& dtypes, const std::string& variants,
                        const std::string& data) {
  return "experiment = \"low_precision\"\ntitle = \"t\"\ndescription = \"d\"\ndtypes = " + dtypes +
         "\nvariants = " + variants + "\n" + data;
}

std::string set(const std::string& name, const std::string& keys) {
  return "[[data]]\nname = \"" + name + "\"\nhazard = \"h\"\nsource = \"s\"\n" + keys;
}

std::string normal(double scale, int rows, int classes, int seed, double offset = 0) {
  return fmt::format(
      "generate = \"normal\"\nscale = {}\nrows = {}\nclasses = {}\nseed = {}\noffset = {}\n", scale,
      rows, classes, seed, offset);
}

// The table of a config, made without the program.
struct Made {
  explicit Made(const std::string& text, unsigned jobs = 1) {
    table = run::run_cases(plan_of("low_precision", text), jobs, {}).table;
  }
  [[nodiscard]] std::string cell(const std::string& key, const std::string& column) const {
    for (const auto& row : table.rows)
      if (table.key(row) == key) return row[table.index(column)].text();
    throw std::out_of_range(key);
  }
  [[nodiscard]] double number(const std::string& key, const std::string& column) const {
    return std::stod(cell(key, column));
  }
  table::ResultTable table;
};

const std::string six =
    R"(["log_sum_exp.naive.scalar", "log_sum_exp.shifted_log1p.scalar", "softmax.*ve*.scalar",)"
    R"( "softmax.max_trick.scalar", "softmax.exp_of_log.scalar"])";

}  // namespace

// float16 on [12, 0] and [5, 5], in closed form. e^12 overflows. For the second row, y = 5 + log 2:
// log1p(1) rounds to 0.693359375, and 5 + 0.693359375 is a tie that rounds to 5.6953125. Computed
// in float32 and rounded once, the result is 5.69140625.
BOOST_AUTO_TEST_CASE(figures_are_those_of_closed_forms) {
  const Workdir folder;
  const std::string file = folder.write("x.csv", "12,0\n5,5\n").string();
  const Made made(config_text(R"(["float16", "float16_in_float32"])", six,
                              set("two", "path = \"" + file + "\"\nobtain = \"o\"\n")));
  const double u = std::ldexp(1.0, -11), y = 5 + std::log(2.0);
  const auto exactly = boost::test_tools::tolerance(1e-9);
  const std::string half = "two/float16/", single = "two/float16_in_float32/";
  for (const std::string name :
       {"log_sum_exp.naive.scalar", "softmax.naive.scalar", "softmax.naive_exp_of_log.scalar"}) {
    BOOST_TEST(made.cell(half + name, "overflows") == "1", name);
    BOOST_TEST(made.cell(half + name, "bounded_vectors") == "1", name);
    BOOST_TEST(made.cell(single + name, "overflows") == "0", name);
    BOOST_TEST(made.cell(single + name, "bounded_vectors") == "2", name);
  }
  const std::string lse = "log_sum_exp.shifted_log1p.scalar";
  BOOST_TEST(made.cell(half + lse, "overflows") == "0");
  // For the first row, y = 12 + log1p(e^-12), which rounds to 12.
  const double first = std::log1p(std::exp(-12.0)) / (12 + std::log1p(std::exp(-12.0))) / u;
  const double second = (5.6953125 - y) / y / u;
  BOOST_TEST(made.number(half + lse, "max_error_u") == second, exactly);
  BOOST_TEST(made.number(half + lse, "mean_error_u") == (first + second) / 2, exactly);
  BOOST_TEST(made.number(single + lse, "max_error_u") == (y - 5.69140625) / y / u, exactly);
  BOOST_TEST(made.cell(half + lse, "min_sum_minus_1") == "");
  // The sum of the probabilities minus 1. For two equal logits they are 1/2 and 1/2, and the sum is exact. For
  // [12, 0] they are 1 and 103 * 2^-24, which is e^-12 rounded to float16.
  const std::string shifted = half + "softmax.max_trick.scalar";
  BOOST_TEST(made.cell(shifted, "min_sum_minus_1") == "0");
  BOOST_TEST(made.number(shifted, "max_sum_minus_1") == std::ldexp(103.0, -24), exactly);
  for (const auto& row : made.table.rows) BOOST_TEST(row[made.table.index("violations")] == "0");
  BOOST_TEST(table::beyond_limits(made.table).empty());
}

// If the sum of a softmax overflows, all its outputs are 0, as is their sum: no output is infinite.
BOOST_AUTO_TEST_CASE(an_overflow_of_the_sum_counts) {
  const Workdir folder;
  const std::string file = folder.write("x.csv", "11,11\n").string();
  const Made made(
      config_text(R"(["float16"])", six, set("sum", "path = \"" + file + "\"\nobtain = \"o\"\n")));
  for (const std::string name :
       {"log_sum_exp.naive.scalar", "softmax.naive.scalar", "softmax.naive_exp_of_log.scalar"}) {
    BOOST_TEST(made.cell("sum/float16/" + name, "overflows") == "1", name);
    BOOST_TEST(made.cell("sum/float16/" + name, "mean_error_u") == "", name);
    BOOST_TEST(made.cell("sum/float16/" + name, "max_error_over_bound") == "", name);
  }
  BOOST_TEST(made.cell("sum/float16/softmax.max_trick.scalar", "overflows") == "0");
}

// Plain loops over long double give the same figures.
BOOST_AUTO_TEST_CASE(figures_are_those_of_plain_loops) {
  constexpr int rows = 200, classes = 7;
  const Made made(config_text(R"(["float32"])", R"(["softmax.max_trick.scalar"])",
                              set("n", normal(3, rows, classes, 9, -2))));
  numerics::Random random(9);
  const auto& compute = ops::find_variant("softmax.max_trick.scalar")->float32;
  double sum = 0, largest = 0, low = INFINITY, high = -INFINITY;
  for (int i = 0; i < rows; ++i) {
    std::vector<float> x(classes), got(classes);
    for (float& xi : x) xi = static_cast<float>(-2 + 3 * random.normal());
    compute({.logits = numerics::one_row(std::span<const float>(x)),
             .result = numerics::one_row(std::span(got))});
    long double all = 0, error = 0, norm = 0, total = 0;
    for (const float xi : x) all += std::exp(static_cast<long double>(xi));
    for (std::size_t k = 0; k < x.size(); ++k) {
      const long double y = std::exp(static_cast<long double>(x[k])) / all;
      error = std::max(error, std::abs(static_cast<long double>(got[k]) - y));
      norm = std::max(norm, y);
      total += got[k];
    }
    const double in_u = std::ldexp(static_cast<double>(error / norm), 24);
    sum += in_u;
    largest = std::max(largest, in_u);
    low = std::min(low, static_cast<double>(total - 1));
    high = std::max(high, static_cast<double>(total - 1));
  }
  const std::string key = "n/float32/softmax.max_trick.scalar";
  const auto nearly = boost::test_tools::tolerance(1e-6);
  BOOST_TEST(made.number(key, "mean_error_u") == sum / rows, nearly);
  BOOST_TEST(made.number(key, "max_error_u") == largest, nearly);
  BOOST_TEST(made.number(key, "min_sum_minus_1") == low, nearly);
  BOOST_TEST(made.number(key, "max_sum_minus_1") == high, nearly);
}

// On random sets of any kind, no error exceeds its bound, the shifted forms never overflow, and the
// table does not depend on the number of threads.
BOOST_AUTO_TEST_CASE(theory_holds_on_random_sets) {
  numerics::Random random(3);
  std::string data;
  for (int i = 0; i < 8; ++i)
    data += set(fmt::format("s{}", i),
                normal(std::ldexp(0.25, i), 12, 1 + static_cast<int>(random.below(30)), i,
                       random.uniform(-30, 30)));
  const std::string text = config_text(
      R"(["float16", "bfloat16", "float16_in_float32", "bfloat16_in_float32", "float32"])", six,
      data);
  const Made made(text);
  BOOST_TEST(table::beyond_limits(made.table).empty());
  int overflows = 0;
  for (const auto& row : made.table.rows) {
    const auto of = [&](const char* column) { return row[made.table.index(column)]; };
    BOOST_TEST(of("violations") == "0");
    const bool unshifted = of("variant").text().find("naive") != std::string::npos;
    if (!unshifted) BOOST_TEST(of("overflows") == "0", made.table.key(row));
    overflows += unshifted && of("overflows") != "0";
  }
  BOOST_TEST(overflows > 10);
  BOOST_TEST(table::to_csv(made.table) == table::to_csv(Made(text, 4).table));
}

// If a bound is violated, the table says so and the run fails.
BOOST_AUTO_TEST_CASE(a_broken_bound_is_found) {
  const Made made(config_text(R"(["float32"])", R"(["softmax.liar", "softmax.naive.scalar"])",
                              set("n", normal(1, 20, 5, 1))));
  BOOST_TEST(made.cell("n/float32/softmax.liar", "bounded_vectors") == "20");
  BOOST_TEST(made.cell("n/float32/softmax.liar", "violations") == "20");
  BOOST_TEST(made.number("n/float32/softmax.liar", "max_error_over_bound") > 1e6);
  BOOST_TEST(table::beyond_limits(made.table).size() == 1U);
  BOOST_TEST(made.cell("n/float32/softmax.naive.scalar", "violations") == "0");
}

BOOST_AUTO_TEST_CASE(errors_name_their_place) {
  const Workdir folder;
  const auto with = [&](const std::string& data, const std::string& dtypes = "[\"float16\"]") {
    return first_error("low_precision", config_text(dtypes, "[\"softmax.naive.scalar\"]", data));
  };
  const auto file = [&](const std::string& text) {
    const std::string path = folder.write("x.csv", text).string();
    const std::string got = with(set("f", "path = \"" + path + "\"\nobtain = \"o\"\n"));
    const auto at = got.find(path);
    return at == std::string::npos ? got : got.substr(0, at) + got.substr(at + path.size());
  };
  BOOST_TEST(with(set("a", normal(1, 2, 2, 1))) == "");
  BOOST_TEST(with(set("a", normal(1, 2, 2, 1)) + set("a", normal(1, 2, 2, 1))) ==
             "x.toml:17:8: error: duplicate data set 'a'");
  BOOST_TEST(with(set("a b", normal(1, 2, 2, 1))) ==
             "x.toml:7:8: error: 'a b' contains a character that names may not have");
  BOOST_TEST(with(set("a", normal(6000, 2, 2, 1))) ==
             "x.toml:11:9: error: logit 0 is 78000, which is infinite in float16");
  BOOST_TEST(with(set("a", normal(6000, 2, 2, 1)), "[\"bfloat16\"]") == "");
  BOOST_TEST(with(set("a", normal(1, 1000000, 11, 1))) == "x.toml:12:8: error: 11000000 logits");
  BOOST_TEST(with(set("a", "generate = \"nromal\"\n"))
                 .starts_with("x.toml:10:12: error: 'nromal' is not a known value of 'generate'"));
  BOOST_TEST(with(set("a", "path = \"x.npy\"\n")) == "x.toml:10:8: error: x.npy does not exist");
  BOOST_TEST(with(set("a", "path = \"x.npy\"\nobtain = \"o\"\nscale = 1\n")) ==
             "x.toml:12:1: error: unknown key 'scale'");
  BOOST_TEST(file("1,2\n3,x\n") == "x.toml:10:8: error: :2:3: 'x' is not a number");
  BOOST_TEST(file("1,nan\n") == "x.toml:10:8: error:  contains NaN or an infinity");
  BOOST_TEST(file("1,1e5\n") ==
             "x.toml:10:8: error: logit 1 is 100000, which is infinite in float16");
  BOOST_TEST(file("1,2\n") == "");
  BOOST_TEST(first_error("low_precision", config_text("[\"float64\"]", "[\"softmax.onednn\"]",
                                                      set("a", normal(1, 2, 2, 1)))) ==
             "x.toml:4:11: error: no variant in 'variants' is available in float64");
}

// An existing table is not lost when the file that it was made from disappears.
BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_leaves_the_table) {
  const Workdir folder("x.csv", "1,2\n3,4\n");
  folder.write("c.toml", config_text("[\"float16\"]", "[\"softmax.naive.scalar\"]",
                                     "[data]\nname = \"f\"\nhazard = \"h\"\nsource = \"s\"\n"
                                     "path = \"x.csv\"\nobtain = \"Ask the authors.\"\n"));
  folder.exits(0, "$MAXTRICK run c.toml");
  const std::string before = folder.read("results/c.csv");
  std::filesystem::remove(folder / "x.csv");
  folder.exits(5, "$MAXTRICK run c.toml")
      .err_has("1 of 1 rows skipped: x.csv does not exist. Ask the authors.\n");
  BOOST_TEST(folder.read("results/c.csv") == before);
  folder.write("y.csv", "1,2\n");
  folder.exits(0, "$MAXTRICK run c.toml --set data.path=y.csv");
  folder.write("y.csv", "");
  folder.exits(2, "$MAXTRICK run c.toml --set data.path=y.csv").err_has("y.csv:1:1: no numbers");
}

// The published result: in float16, 475 of 2500 vectors overflow without a shift, none with it.
BOOST_AUTO_TEST_CASE(the_published_counts_come_out) {
  const std::string project = MAXTRICK_SOURCE_DIR;
  const std::string file = project + "/../shared/data/blanchard_higham_logits.npy";
  if (!std::filesystem::exists(file)) {
    BOOST_TEST_MESSAGE("skipped: " << file << " is not there");
    return;
  }
  const Workdir folder;
  folder.exits(0, "$MAXTRICK run " + project +
                      "/configs/external/blanchard_higham.toml --set 'data.path=\"" + file +
                      "\"' --set 'dtypes=[\"float16\"]' -o .");
  const auto lines = io::parse_csv(folder.read("blanchard_higham.csv"));
  BOOST_TEST(lines.size() == 7U);
  for (auto row = lines.begin() + 1; row != lines.end(); ++row) {
    const bool unshifted = (*row)[2].find("naive") != std::string::npos;
    BOOST_TEST((*row)[6] == (unshifted ? "475" : "0"), (*row)[2]);
  }
}

BOOST_AUTO_TEST_SUITE_END()
