// Runs the program as a user does, and checks streams, files and exit codes.
#include "program.hpp"

#include "io/array.hpp"
#include "io/csv.hpp"
#include "table/table.hpp"

BOOST_AUTO_TEST_SUITE(program_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string small = R"(experiment = "overflow"
title = "Small"
description = "Two cases."
ops = ["softmax"]
dtypes = ["float32"]
variants = ["softmax.naive.scalar", "softmax.max_trick.scalar"]
inaccurate_above_ulp = 8

[[case]]
name = "ordinary"
hazard = "none"
source = "the test"
logits = [1, 2, 3]

[[case]]
name = "large"
hazard = "exp overflows"
source = "the test"
logits = [1000, 1001, 1002]
)";

// A folder with small.toml and its committed table.
struct Ready : Workdir {
  Ready() {
    write("small.toml", small);
    BOOST_REQUIRE_EQUAL(run("$MAXTRICK run small.toml").code, 0);
  }
  [[nodiscard]] std::string csv() const { return read("results/small.csv"); }
  void edit(const std::string& name, const std::string& from, const std::string& to) const {
    write(name, replaced(io::read_file(*this / name), from, to));
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(run_writes_the_three_files_and_a_second_run_changes_nothing) {
  const Ready folder;
  const auto first = folder.run("sha256sum results/*; stat -c %Y.%y results/*");
  folder.exits(0, "$MAXTRICK run small.toml")
      .out_is("results/small.csv: 4 rows, unchanged\n")
      .err_is("");
  const auto second = folder.run("sha256sum results/*; stat -c %Y.%y results/*");
  first.out_is(second.out);
  first.out_has("results/small.md");
  first.out_has("results/small.manifest.json");
}

BOOST_AUTO_TEST_CASE(jobs_do_not_change_a_byte) {
  const Ready folder;
  folder.exits(0,
               "$MAXTRICK run small.toml -o one -j 1 && $MAXTRICK run small.toml -o many -j 7 && "
               "cmp one/small.csv many/small.csv && cmp one/small.md many/small.md && "
               "cmp one/small.csv results/small.csv");
}

BOOST_AUTO_TEST_CASE(check_holds_what_run_wrote) {
  const Ready folder;
  folder.exits(0, "$MAXTRICK check small.toml")
      .out_is("results/small.csv: 4 rows checked, all hold\n");
  folder.exits(0, "mkdir configs && mv small.toml configs && $MAXTRICK check");
}

BOOST_AUTO_TEST_CASE(check_names_an_altered_cell_and_how_to_rerun_it) {
  const Ready folder;
  folder.edit("results/small.csv", "softmax.naive.scalar,nan,", "softmax.naive.scalar,ok,");
  folder.exits(1, "$MAXTRICK check small.toml")
      .out_has(
          "results/small.csv: row large/float32/softmax.naive.scalar, column outcome: "
          "expected ok, got nan, allowed exactly that\n"
          "    again: maxtrick run small.toml --filter "
          "'^large/float32/softmax\\.naive\\.scalar$'\n");
  folder.exits(0, "$MAXTRICK run small.toml --filter '^large/float32/softmax\\.naive\\.scalar$'")
      .out_has("softmax.naive.scalar  nan")
      .out_lacks("max_trick");
}

// A tolerance permits different results on another machine. It does not permit an edited cell.
BOOST_AUTO_TEST_CASE(check_names_an_altered_cell_within_its_tolerance_too) {
  const Ready folder;
  const auto rows = io::parse_csv(folder.csv());
  const std::string error = rows.at(1).at(5);
  folder.edit("results/small.csv", "," + error + ",", "," + error + "1,");
  folder.exits(1, "$MAXTRICK check small.toml")
      .out_has("row ordinary/float32/softmax.max_trick.scalar, column max_error_ulp: expected " +
               error + "1, got " + error);
}

BOOST_AUTO_TEST_CASE(nan_never_passes_for_a_number) {
  const Ready folder;
  const std::string inf = "softmax.naive.scalar,nan,inf,nan,";
  for (const std::string altered :
       {"softmax.naive.scalar,nan,0.5,nan,", "softmax.naive.scalar,nan,nan,nan,",
        "softmax.naive.scalar,nan,inf,0,"}) {
    folder.edit("results/small.csv", inf, altered);
    folder.exits(1, "$MAXTRICK check small.toml");
    folder.edit("results/small.csv", altered, inf);
  }
  folder.exits(0, "$MAXTRICK check small.toml");
}

BOOST_AUTO_TEST_CASE(check_sees_missing_extra_and_stale) {
  const Ready folder;
  const std::string csv = folder.csv(), last_line = csv.substr(csv.rfind('\n', csv.size() - 2) + 1);
  folder.write("results/small.csv", replaced(csv, last_line, ""));
  folder.exits(1, "$MAXTRICK check small.toml").out_has("expected no such row, got a row");
  folder.write("results/small.csv", csv + replaced(last_line, "large", "larger"));
  folder.exits(1, "$MAXTRICK check small.toml").out_has("expected a row, got no such row");
  folder.write("results/small.csv", csv);
  folder.edit("results/small.md", "ok ", "ok 1");
  folder.exits(1, "$MAXTRICK check small.toml")
      .out_has("results/small.md: not what small.csv gives: line ");
  folder.write("results/small.csv", csv + "\"");
  folder.exits(1, "$MAXTRICK check small.toml").out_has("results/small.csv: line 6: ");
  folder.exits(1, "rm results/small.csv; $MAXTRICK check small.toml")
      .out_has("no such baseline; make it: maxtrick run small.toml");
}

BOOST_AUTO_TEST_CASE(accept_says_what_changed_and_refuses_in_ci) {
  const Ready folder;
  folder.edit("results/small.csv", "softmax.naive.scalar,nan,", "softmax.naive.scalar,ok,");
  const std::string before = folder.csv();
  folder.exits(2, "CI=true $MAXTRICK accept small.toml").err_has("the variable CI is set");
  BOOST_TEST(folder.csv() == before);
  folder.exits(0, "$MAXTRICK accept small.toml")
      .out_is(
          "results/small.csv: large/float32/softmax.naive.scalar outcome: ok -> nan\n"
          "results/small.csv: accepted, 1 changes\n");
  folder.exits(0, "$MAXTRICK check small.toml");
}

// With the variable CI set, a run does not replace a table whose check fails.
BOOST_AUTO_TEST_CASE(run_replaces_no_baseline_in_ci) {
  const Ready folder;
  folder.edit("results/small.csv", "softmax.naive.scalar,nan,", "softmax.naive.scalar,ok,");
  const std::string before = folder.csv();
  folder.exits(1, "CI=true $MAXTRICK run small.toml")
      .err_has("left as it is, since the variable CI is set: 1 cells or rows");
  BOOST_TEST(folder.csv() == before);
  folder.exits(0, "$MAXTRICK run small.toml")
      .out_is(
          "results/small.csv: 4 rows, written; 1 cells or rows of the old table did not hold\n");
  folder.exits(0, "CI=true $MAXTRICK run small.toml");
}

// The kernel claims bits. If it were one that has lost its compensation, its error would still be
// within the tolerance of the column, which is for rows of libm.
BOOST_AUTO_TEST_CASE(a_slightly_larger_error_of_promised_bits_fails) {
  Workdir folder("promised.toml",
                 replaced(small, "\"softmax.naive.scalar\", \"softmax.max_trick.scalar\"",
                          "\"softmax.accurate.scalar\""));
  folder.exits(0, "$MAXTRICK run promised.toml");
  const std::string before = folder.read("results/promised.csv");
  const std::string cells = "ordinary,float32,softmax.accurate.scalar,ok,";
  const std::size_t at = before.find(cells) + cells.size(), end = before.find(',', at);
  const double error = std::stod(before.substr(at, end - at));
  for (const double more : {1e-9, 0.49, 1.99}) {
    const std::string after = before.substr(0, at) + table::cell(error + more) + before.substr(end);
    folder.write("results/promised.csv", after);
    folder.write("results/promised.manifest.json",
                 replaced(folder.read("results/promised.manifest.json"), io::sha256(before),
                          io::sha256(after)));
    folder.exits(1, "$MAXTRICK check promised.toml --filter ordinary")
        .out_has("row ordinary/float32/softmax.accurate.scalar, column max_error_ulp: expected ")
        .out_has("since its bits are promised")
        .out_lacks("compared to the letter");
    folder.exits(0, "$MAXTRICK run promised.toml");
  }
}

BOOST_AUTO_TEST_CASE(a_changed_config_makes_the_manifest_stale) {
  const Ready folder;
  folder.edit("small.toml", "title", "# a comment\ntitle");
  folder.exits(1, "$MAXTRICK check small.toml")
      .out_has("small.manifest.json: the config has changed since; run it again");
  folder.exits(0, "$MAXTRICK run small.toml && $MAXTRICK check small.toml");
}

// A manifest must be true: its digests must be those of its own text and of the files beside it, and
// the table must have been made as the check makes it.
BOOST_AUTO_TEST_CASE(check_sees_an_edited_manifest) {
  const Workdir folder("x.csv", "1,2,3\n");
  folder.write("t.toml", R"(experiment = "low_precision"
title = "Small"
description = "D"
dtypes = ["float32"]
variants = ["softmax.max_trick.scalar"]
[data]
name = "x"
hazard = "none"
source = "the test"
path = "x.csv"
obtain = "-"
)");
  const std::string path = "results/t.manifest.json", check = "$MAXTRICK check t.toml",
                    mend = "$MAXTRICK run t.toml && " + check;
  folder.exits(0, mend);
  const std::string good = folder.read(path);
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& why) {
    folder.write(path, replaced(good, from, to));
    folder.exits(1, check).out_has(path + ": " + why + "\n");
    folder.exits(0, mend);
    BOOST_TEST(folder.read(path) == good);
  };
  const std::string title = "title = \\\"Small", edited = "title = \\\"Large";
  refused(title, edited, "the text of its config does not have the digest beside it");
  refused("\"set\": []", "\"set\": [\"dtypes=['float64']\"]",
          "it was made with --set [\"dtypes=['float64']\"], and not with []; run it again");
  refused(io::sha256("1,2,3\n"), io::sha256("1,2,4\n"),
          "the input x.csv has changed since; run it again");
  refused("\"x.csv\":", "\"y.csv\":", "the input x.csv has changed since; run it again");
  refused("\"x.csv\":", "\"y.csv\":", "the input y.csv is not read any more; run it again");
  // A check of some rows finds files that contradict each other, too.
  const std::string filtered = check + " --filter max_trick";
  folder.exits(0, filtered);
  folder.write(path, replaced(good, title, edited));
  folder.exits(1, filtered).out_has("the text of its config");
  folder.write(path, "[]");
  folder.exits(1, filtered).out_has(path + ": not the manifest of a table\n");
  folder.exits(1, "rm " + path + "; " + check).out_has(path + ": no such file");
}

BOOST_AUTO_TEST_CASE(part_of_a_table_never_replaces_it) {
  const Ready folder;
  const std::string before = folder.csv();
  folder.exits(0, "$MAXTRICK run small.toml --filter large");
  BOOST_TEST(folder.csv() == before);
  folder.exits(5, "$MAXTRICK run small.toml --filter large -o results")
      .err_has("left as it is: it holds 2 rows that this run did not make");
  BOOST_TEST(folder.csv() == before);
  folder.exits(0, "$MAXTRICK run small.toml --filter large -o part");
  BOOST_TEST(io::parse_csv(folder.read("part/small.csv")).size() == 3U);
}

BOOST_AUTO_TEST_CASE(set_replaces_a_value_and_dry_run_computes_nothing) {
  const Ready folder;
  folder.exits(0, "$MAXTRICK run small.toml --set 'dtypes=[\"float64\"]' --dry-run")
      .out_is(
          "ordinary/float64/softmax.max_trick.scalar\nordinary/float64/softmax.naive.scalar\n"
          "large/float64/softmax.max_trick.scalar\nlarge/float64/softmax.naive.scalar\n");
  folder.exits(2, "$MAXTRICK run small.toml --set 'dtypes=[\"float65\"]'")
      .err_has("--set:1:9: error: ")
      .err_has("did you mean 'float64'?");
}

BOOST_AUTO_TEST_CASE(exit_2_for_what_cannot_be_asked_and_nothing_is_written) {
  const Workdir folder("small.toml", small);
  folder.write("wrong.toml", replaced(replaced(small, "hazard = \"none\"", "hazzard = \"none\""),
                                      "\"softmax.naive.scalar\"", "\"softmax.niave.scalar\""));
  folder.exits(2, "$MAXTRICK run small.toml wrong.toml")
      .out_is("")
      .err_has("wrong.toml:6:13: error: unknown variant 'softmax.niave.scalar'")
      .err_has("did you mean 'softmax.naive.scalar'?")
      .err_has("unknown key 'hazzard'")
      .err_has("missing key 'hazard'");
  BOOST_TEST(!folder.has("results"));
  for (const std::string command :
       {"", "frobnicate", "run", "run missing.toml", "run small.toml --filter '('", "list nothing",
        "run small.toml --jobs 0", "eval softmax", "eval softmx --logits 1", "check",
        "eval softmax --logits 1,x", "eval softmax --logits 1 --variant 'log*'",
        "eval softmax --logits 1 --dtype float17", "run small.toml ./small.toml",
        "eval softmax --logits 1 -o y.npy", "eval softmax --logits 1e39,1"})
    folder.exits(2, "$MAXTRICK " + command);
  BOOST_TEST(!folder.has("results"));
}

BOOST_AUTO_TEST_CASE(a_config_that_would_leave_something_out_is_an_error) {
  const Workdir folder;
  const auto error = [&](const std::string& from, const std::string& to) {
    folder.write("small.toml", replaced(small, from, to));
    const Said said = folder.exits(2, "$MAXTRICK run small.toml");
    BOOST_TEST(said.err.ends_with("\n"));
    BOOST_TEST(!folder.has("results"));
    return said.err.substr(0, said.err.find('\n'));
  };
  BOOST_TEST(error("[\"float32\"]", "[\"float32\", \"float32\"]") ==
             "small.toml:5:22: error: 'float32' is listed twice");
  BOOST_TEST(error("[\"softmax\"]", "[\"softmax\", \"log_softmax\"]") ==
             "small.toml:4:19: error: no variant in 'variants' computes 'log_softmax'");
  BOOST_TEST(error("\"large\"", "\"ordinary\"") ==
             "small.toml:16:8: error: duplicate case 'ordinary'");
  // There is one error for the list of types, and none for each case that would have used it.
  BOOST_TEST(error("[\"float32\"]", "[\"float17\"]") ==
             "small.toml:5:11: error: 'float17' is not a known value of 'dtypes'");
  BOOST_TEST(!contains(folder.run("$MAXTRICK run small.toml").err, "missing"));
  BOOST_TEST(error("[1, 2, 3]", "[1, 2, 1e39]") ==
             "small.toml:13:10: error: logit 2 is 1e+39, which is infinite in float32");
  BOOST_TEST(error("[1, 2, 3]", "{ generate = \"ramp\", from = -inf, to = 1, classes = 3 }") ==
             "small.toml:13:38: error: key 'from' is -inf");
  BOOST_TEST(error("[1, 2, 3]", "{ generate = \"rmap\", from = 0, to = 1, classes = 3 }") ==
             "small.toml:13:23: error: 'rmap' is not a known value of 'generate'");
}

BOOST_AUTO_TEST_CASE(a_damaged_baseline_can_be_replaced) {
  const Ready folder;
  const std::string before = folder.csv();
  for (const std::string command : {"run", "accept"}) {
    folder.write("results/small.csv", "");
    folder.exits(0, "$MAXTRICK " + command + " small.toml");
    BOOST_TEST(folder.csv() == before);
  }
}

BOOST_AUTO_TEST_CASE(exit_5_where_nothing_is_selected_or_could_not_run) {
  const Ready folder;
  folder.exits(5, "$MAXTRICK run small.toml --filter nowhere")
      .err_has("an example of a key is ordinary/float32/softmax.max_trick.scalar");
  folder.exits(5, "$MAXTRICK check small.toml --filter nowhere");
  folder.exits(5, "$MAXTRICK eval softmax --logits 1 --variant softmax.onednn --dtype float64");
}

BOOST_AUTO_TEST_CASE(exit_6_where_files_cannot_be_written_or_read) {
  const Workdir folder("small.toml", small);
  folder.write("file", "");
  folder.exits(6, "$MAXTRICK run small.toml -o file/results").err_has("file/results");
  folder.exits(6, "$MAXTRICK eval softmax --input missing.npy");
  folder.exits(6, "$MAXTRICK list >/dev/full");
}

BOOST_AUTO_TEST_CASE(a_run_that_is_killed_leaves_the_old_table) {
  const Ready folder;
  const std::string before = folder.csv();
  folder.edit("small.toml", "[1, 2, 3]",
              "{ generate = \"normal\", scale = 1, seed = 1, classes = 300000 }");
  folder.exits(137, "timeout -s KILL 0.2 $MAXTRICK run small.toml");
  BOOST_TEST(folder.csv() == before);
}

BOOST_AUTO_TEST_CASE(eval_shows_naive_fail_beside_max_trick) {
  const Workdir folder;
  const Said said =
      folder.exits(0, "$MAXTRICK eval softmax --logits '1000,1001,1002' --format csv");
  const auto rows = io::parse_csv(said.out);
  const auto find = [&](const std::string& variant) {
    for (const auto& row : rows)
      if (row[1] == variant) return row;
    BOOST_FAIL("no row of " + variant);
    return std::vector<std::string>{};
  };
  BOOST_TEST(find("exact")[5] == "0.09003057 0.24472848 0.66524094");
  BOOST_TEST(find("softmax.naive.scalar")[3] == "nan");
  BOOST_TEST(find("softmax.naive.scalar")[5] == "nan nan nan");
  BOOST_TEST(find("softmax.max_trick.scalar")[3] == "ok");
  std::istringstream numbers(find("softmax.max_trick.scalar")[5]);
  for (const float expected : {0.09003057F, 0.24472847F, 0.66524096F}) {
    float number = 0;
    numbers >> number;
    BOOST_TEST(number == expected, boost::test_tools::tolerance(3e-7F));
  }
}

BOOST_AUTO_TEST_CASE(eval_reads_and_writes_npy) {
  const Workdir folder("x.csv", "1,2,3\n4,5,6\n");
  const std::string eval = "$MAXTRICK eval softmax --variant softmax.max_trick.scalar ";
  folder.exits(0, eval + "--input x.csv --dtype float64 -o y.npy");
  // Computes the softmax of the softmax, to read the file that was written; float64 is preserved.
  folder.exits(0, eval + "--input y.npy --format json").out_has("\"dtype\": \"float64\"");
  BOOST_TEST(
      folder
          .run("$MAXTRICK eval log_sum_exp --variant '*.shifted.scalar' --input x.csv -o l.npy && "
               "$MAXTRICK eval softmax --input l.npy --format csv | grep -c '^0,exact,float32'")
          .out.ends_with("1\n"));
  // The standard input, as text and as .npy.
  folder.exits(0, "printf '1 2\\n3 4\\n' | " + eval + "--input - -o s.npy");
  folder.exits(0, eval + "--input - <y.npy --format json").out_has("\"dtype\": \"float64\"");
  folder.exits(2, "echo 1 x | " + eval + "--input -")
      .err_is("maxtrick: the standard input:1:3: 'x' is not a number\n");
  folder.exits(2, eval + "--input - </dev/zero")
      .err_is("maxtrick: the standard input: a device, not a file\n");
  // Integers are read as numbers, like those of a text file.
  folder.write("i.npy", io::to_npy(io::Array{{1, 2}, {1, 1}}, io::NumberType::int64));
  BOOST_TEST(
      contains(folder.run(eval + "--input i.npy --format csv").out, "float32,ok,0,0.5 0.5\n"));
}

BOOST_AUTO_TEST_CASE(list_is_the_registry) {
  const Workdir folder;
  BOOST_TEST(contains(folder.run("$MAXTRICK list").out, "softmax.max_trick.scalar"));
  BOOST_TEST(contains(folder.run("$MAXTRICK list experiments --format csv").out, "\noverflow,"));
  folder.run("$MAXTRICK list variants --format json")
      .out_has("\"variant\": \"log_softmax.shifted_log1p.scalar\"");
  folder.write("configs/small.toml", small);
  folder.run("$MAXTRICK list configs --format csv")
      .out_is("config,experiment,title\nconfigs/small.toml,overflow,Small\n");
  // Those that must be named follow.
  for (const std::string name : {"external/b", "external/a", "long/c"})
    folder.write("configs/" + name + ".toml", small);
  folder.run("$MAXTRICK list configs --format csv")
      .out_has(
          "configs/small.toml,overflow,Small\nconfigs/external/a.toml,overflow,Small\n"
          "configs/external/b.toml,overflow,Small\nconfigs/long/c.toml,overflow,Small\n");
}

BOOST_AUTO_TEST_SUITE_END()
