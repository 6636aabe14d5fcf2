// Experiments on the logits of a file: their rows are those of the same logits in a config.
#include "config_runs.hpp"
#include "inputs/logits.hpp"

BOOST_AUTO_TEST_SUITE(logit_file_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string three_rows = "20,0,0\n1.5,-2,0.25\n0,-3,7\n";

std::string axes(const std::string& variants, const std::string& more = "") {
  return "dtypes = [\"float32\", \"float16\"]\nvariants = [" + variants + "]\n" + more;
}
const std::string tolerance = "inaccurate_above_ulp = 8\n";
const std::string two_softmaxes = R"("softmax.naive.scalar", "softmax.max_trick.scalar")";

std::string overflow(const std::string& cases) {
  return head_of("overflow") + axes(two_softmaxes, tolerance) + "ops = [\"softmax\"]\n" + cases;
}
std::string overflow_case(const std::string& name, const std::string& logits) {
  return "[[case]]\nname = \"" + name + "\"\nhazard = \"H\"\nsource = \"S\"\nlogits = " + logits +
         "\n";
}
std::string log_softmax(const std::string& rest) {
  return head_of("log_softmax") + axes(R"("log_softmax.*")", tolerance) + rest;
}
std::string shift(const std::string& rest) {
  return head_of("shift") + axes(two_softmaxes + R"(, "log_sum_exp.shifted.scalar")", tolerance) +
         "offsets = [0, 100]\n" + rest;
}
std::string derivative(const std::string& rest) {
  return head_of("derivative") + axes(two_softmaxes) + rest;
}
std::string low_precision(const std::string& data) {
  return head_of("low_precision") + axes(two_softmaxes) +
         "[data]\nname = \"d\"\nhazard = \"H\"\nsource = \"S\"\n" + data;
}
std::string accuracy(const std::string& distribution) {
  return head_of("accuracy") + axes(two_softmaxes, tolerance) +
         "classes = [3]\nseed = 0\noutputs = 9\nmax_rows = 3\n[[distribution]]\nname = \"d\"\n"
         "hazard = \"H\"\nkind = \"file\"\n" +
         distribution;
}
std::string loss(const std::string& examples) {
  return head_of("loss") +
         "dtypes = [\"float32\"]\ntargets = [\"sparse\"]\n[[arm]]\nname = \"fused\"\n"
         "loss = \"fused\"\n[[case]]\nname = \"c\"\nhazard = \"H\"\nsource = \"S\"\n"
         "dtype = \"float32\"\ntargets = \"sparse\"\n" +
         examples;
}

// Returns the CSV of a run beside x.csv (three rows), y.csv (their labels) and x.npz.
std::string csv_beside_files(const std::string& config, const std::string& x = three_rows) {
  const Workdir folder("t.toml", config);
  folder.write("x.csv", x);
  folder.write("y.csv", "0\n2\n1\n");
  folder.exits(0, "$MAXTRICK run t.toml --quiet");
  return folder.read("results/t.csv");
}

void check_error(const std::string& config, const std::string& part,
                 const std::string& x = three_rows) {
  (void)check_rejected(config, {part}, {{"x.csv", x}, {"y.csv", "0\n2\n1\n"}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(overflow_has_a_case_for_each_row) {
  BOOST_TEST(csv_beside_files(overflow(overflow_case("mine", "{ path = \"x.csv\" }"))) ==
             csv_of_run(overflow(overflow_case("mine-0", "[20, 0, 0]") +
                                 overflow_case("mine-1", "[1.5, -2, 0.25]") +
                                 overflow_case("mine-2", "[0, -3, 7]"))));
  BOOST_TEST(csv_beside_files(
                 overflow(overflow_case("mine", "{ path = \"x.csv\", row_numbers = [2, 0] }"))) ==
             csv_of_run(overflow(overflow_case("mine-2", "[0, -3, 7]") +
                                 overflow_case("mine-0", "[20, 0, 0]"))));
  BOOST_TEST(
      csv_beside_files(overflow(overflow_case("m", "{ path = \"x.csv\", row_numbers = [1] }"))) ==
      csv_of_run(overflow(overflow_case("m", "[1.5, -2, 0.25]"))));
  BOOST_TEST(csv_beside_files(overflow(overflow_case("m", "{ path = \"x.csv\" }")), "nan,-inf\n") ==
             csv_of_run(overflow(overflow_case("m", "[nan, -inf]"))));
  check_error(overflow(overflow_case("a", "{ path = \"x.csv\" }") + overflow_case("a-1", "[1]")),
              "duplicate case 'a-1'");
  check_error(overflow(overflow_case("a", "{ path = \"x.csv\" }")),
              "logit 1 is 100000, which is infinite in float16", "1,1e5\n");
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "1,2\n";
  check_error(overflow(overflow_case("a", "{ path = \"x.csv\" }")),
              "expected at most 1000; 'row_numbers' chooses them", many);
}

BOOST_AUTO_TEST_CASE(log_softmax_finds_the_leader_of_each_row) {
  const auto of_file = rows_of(
      csv_beside_files(log_softmax("logits = { path = \"x.csv\" }\n"), "20,0,0\n0,0,30\n1,2,3\n"));
  const auto of_gaps = rows_of_run(log_softmax(
      "shown_dtypes = [\"float32\"]\nshown_classes = 3\ngaps = [20, 30]\nclasses = [3]\n"));
  std::size_t compared = 0;
  for (const Cells& due : of_gaps)
    for (const Cells& row : of_file)
      if (row.at("variant") == due.at("variant") && row.at("dtype") == due.at("dtype") &&
          row.at("gap") == due.at("gap")) {
        BOOST_TEST(row.at("row") == (row.at("gap") == "20" ? "0" : "1"));
        for (const std::string column : {"outcome", "max_error_ulp", "leader_error_ulp",
                                         "max_absolute_error", "absolute_error_bound"})
          BOOST_TEST(row.at(column) == due.at(column), row.at("variant") << ' ' << column);
        ++compared;
      }
  BOOST_TEST(compared == of_gaps.size());
  BOOST_TEST(2 * of_file.size() == 3 * of_gaps.size());
  // log(1 + e^-1 + e^-2)
  for (const Cells& row : of_file)
    if (row.at("row") == "2" && row.at("variant") == "log_softmax.x_minus_max.scalar") {
      BOOST_TEST(row.at("gap") == "1");
      BOOST_TEST(number(row, "method_error") == 0.40760596444438,
                 boost::test_tools::tolerance(1e-12));
      BOOST_TEST(number(row, "observed_over_method") == 1, boost::test_tools::tolerance(1e-9));
    }
  check_error(log_softmax("logits = { path = \"x.csv\" }\n"), "each row has one logit", "1\n2\n");
  check_error(log_softmax("logits = { path = \"x.csv\" }\n"), "contains NaN or an infinity",
              "1,inf\n");
}

BOOST_AUTO_TEST_CASE(shift_moves_the_rows_of_a_file) {
  std::string rows;
  for (const std::uint64_t seed : {1U, 2U})
    rows += fmt::format("{}\n", fmt::join(inputs::normal_row(5, 3, seed), " "));
  BOOST_TEST(csv_beside_files(shift("logits = { path = \"x.csv\" }\n"), rows) ==
             csv_of_run(shift("classes = [5]\nscale = 3\nseeds = [1, 2]\n")));
  BOOST_TEST(csv_beside_files(shift("logits = { path = \"x.csv\", row_numbers = [1] }\n"), rows) ==
             csv_of_run(shift("classes = [5]\nscale = 3\nseeds = [2]\n")));
  check_error(shift("logits = { path = \"x.csv\" }\nscale = 1\n"), "unknown key 'scale'");
}

BOOST_AUTO_TEST_CASE(derivative_has_a_row_for_each_row) {
  const std::string start = "[[row]]\nname = \"lead\"\nhazard = \"H\"\n";
  const std::string file = start + "logits = { path = \"x.csv\", row_numbers = [0] }\n";
  const std::string gap = csv_of_run(derivative("classes = [3]\n" + start + "gap = 20\n"));
  BOOST_TEST(csv_beside_files(derivative(file)) == gap);
  // `classes` are those of the other rows.
  const auto both = rows_of(csv_beside_files(derivative(
      "classes = [5]\n" + file + "[[row]]\nname = \"other\"\nhazard = \"H\"\ngap = 2\n")));
  for (const Cells& row : both)
    BOOST_TEST(row.at("classes") == (row.at("row") == "lead" ? "3" : "5"));
  BOOST_TEST(both.size() == 2 * rows_of(gap).size());
  check_error(derivative(start + "logits = { path = \"x.csv\" }\n"),
              "the logits of row 1 spread by 601", "1,2\n-1,600\n");
  check_error(derivative(start + "logits = { path = \"x.csv\" }\n"), "each row has 1 logits",
              "1\n2\n");
}

BOOST_AUTO_TEST_CASE(sets_of_rows_are_chosen) {
  const std::string chosen = "path = \"x.csv\"\nrow_numbers = [2, 1]\n";
  const std::string two = "0,-3,7\n1.5,-2,0.25\n";
  for (const auto& config : {low_precision, accuracy})
    BOOST_TEST(csv_beside_files(config(chosen)) ==
               csv_beside_files(config("path = \"x.csv\"\n"), two));
}

BOOST_AUTO_TEST_CASE(losses_read_logits_and_labels) {
  const std::string spelled =
      csv_of_run(loss("logits = [[20, 0, 0], [0, -3, 7]]\nlabels = [0, 1]\n"));
  BOOST_TEST(csv_beside_files(loss("logits = { path = \"x.csv\", row_numbers = [0, 2] }\n"
                                   "labels = { path = \"y.csv\" }\n")) == spelled);
  BOOST_TEST(csv_beside_files(loss("logits = { path = \"x.csv\", row_numbers = [0, 2] }\n"
                                   "labels = [0, 1]\n")) == spelled);
  check_error(loss("logits = { path = \"x.csv\" }\nlabels = { path = \"y.csv\" }\n"),
              "3 x 1 labels for 2 rows", "1,2\n3,4\n");
  check_error(loss("logits = { path = \"x.csv\" }\nlabels = [0]\n"), "1 labels for 3 rows");
}

BOOST_AUTO_TEST_CASE(a_row_that_is_not_there_is_named) {
  const auto check = [](const std::string& numbers, const std::string& error) {
    check_error(shift("logits = { path = \"x.csv\", row_numbers = " + numbers + " }\n"), error);
  };
  check("[0, 3]", "x.csv has no row 3 (counted from 0)");
  check("[0, 0]", "row 0 occurs twice");
  check("[0.5]", "0.5 is not the number of a row");
  check("[-1]", "-1 is not the number of a row");
  check("[]", "row_numbers");
}

// A config needs `obtain` only if the file may be missing.
BOOST_AUTO_TEST_CASE(a_missing_file_is_an_error_or_skipped) {
  const auto table = [](const std::string& more) { return "{ path = \"z.npz:a\"" + more + " }"; };
  const auto all = [&](const std::string& inline_more, const std::string& more) {
    const std::string logits = "logits = " + table(inline_more) + "\n";
    return std::vector<std::string>{overflow(overflow_case("c", table(inline_more))),
                                    log_softmax(logits),
                                    shift(logits),
                                    derivative("[[row]]\nname = \"r\"\nhazard = \"H\"\n" + logits),
                                    low_precision("path = \"z.npz:a\"\n" + more),
                                    accuracy("path = \"z.npz:a\"\n" + more),
                                    loss(logits + "labels = [0]\n")};
  };
  for (const std::string& config : all("", ""))
    (void)check_rejected(config, {"z.npz does not exist", "or 'obtain', a text that says how"});
  for (const std::string& config : all(", obtain = \"Ask.\"", "obtain = \"Ask.\"\n")) {
    const Workdir folder("t.toml", config);
    folder.exits(5, "$MAXTRICK run t.toml").err_has("rows skipped: z.npz does not exist. Ask.\n");
    BOOST_TEST(!folder.has("results/t.csv"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
