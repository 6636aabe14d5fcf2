// A user's kernels in result tables: their rows appear beside all others, which do not change.
#include "io/files.hpp"
#include "test_plugins.hpp"
#include "tiny_backends.hpp"

BOOST_AUTO_TEST_SUITE(plugin_tables_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// A folder with a config and the baseline of a run with some plug-ins.
struct Based : Workdir {
  explicit Based(const std::string& options = "") : Workdir("c.toml", overflow) {
    exits(0, "$MAXTRICK run c.toml -o base" + options);
  }
  Said check(int code, const std::string& options) const {
    return exits(code, "$MAXTRICK check c.toml --baseline base" + options);
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(they_join_a_table_and_leave_the_other_rows_alone) {
  const Workdir folder("c.toml", overflow);
  folder.exits(0, "$MAXTRICK run c.toml -o without");
  const Said said =
      folder.exits(5, "$MAXTRICK run c.toml -o with" + without_hangs + option("plain_loop") +
                          option("misbehaves") + option("every_op"));
  for (const std::string line :
       {"c.toml: 1 of 50 rows skipped: softmax.returns_an_error.scalar: returned error 42\n"
        "    three/float32/softmax.returns_an_error.scalar\n",
        "c.toml: 2 of 50 rows skipped: softmax.writes_behind.scalar: writes outside its rows\n"
        "    three/float32/softmax.writes_behind.scalar\n"
        "    masked/float32/softmax.writes_behind.scalar\n"})
    said.err_has(line);
  const auto read = [&](const std::string& name) {
    return rows_by({"case", "dtype", "variant"}, folder.read(name));
  };
  const auto without = read("without/c.csv"), with = read("with/c.csv");
  BOOST_TEST(without.size() == 8U);
  for (const auto& row : without) BOOST_TEST((with.at(row.first) == row.second), row.first);
  for (const std::string name :
       {"three/float32/softmax.mine.scalar", "masked/float32/softmax.mine.scalar",
        "masked/float64/softmax.by_double", "three/float32/log_softmax.by_double",
        "masked/float32/softmax.behaves.scalar", "masked/float32/softmax.returns_an_error.scalar"})
    BOOST_TEST(with.at(name).at("outcome") == "ok");
  BOOST_TEST(!with.contains("masked/float64/softmax.mine.scalar"));
  BOOST_TEST(contains(folder.read("with/c.manifest.json"), "mine 1.0 (plug-in, SHA-256 "));
  // Without a named folder the table is only shown, and results/ does not change.
  folder.exits(0, "$MAXTRICK run c.toml" + option("plain_loop")).out_has("softmax.mine.scalar");
  BOOST_TEST(!folder.has("results"));
}

BOOST_AUTO_TEST_CASE(a_search_finds_the_worst_rows_of_their_kernels) {
  const Workdir folder("w.toml", R"(experiment = "worst"
title = "T"
description = "D"
dtypes = ["float32"]
variants = ["softmax.accurate.scalar"]
classes = [3]
rows = 100
seeds = [1, 2]
)");
  folder.exits(0, "$MAXTRICK run w.toml -o out" + option("plain_loop"));
  const auto rows = rows_by({"variant"}, folder.read("out/w.csv"));
  check_cells(rows.at("softmax.mine.scalar"),
              {{"promised", "no"}, {"claimed_ulp", ""}, {"rows", "224"}});
  folder.exits(1, "$MAXTRICK run w.toml -o out" + option("wrong"))
      .out_has("row softmax.boastful.scalar/float32/3, column error_ulp: expected at most 1, got ");
}

BOOST_AUTO_TEST_CASE(check_holds_them_to_their_claims_only) {
  const Based folder;
  folder.check(0, option("plain_loop"))
      .out_has(
          "base/c.csv: 10 rows checked, all hold; 2 of them, of plug-ins, have no claim, so "
          "nothing is checked\n");
  folder.check(5, option("misbehaves") + without_hangs);
  folder.check(1, option("wrong"))
      .out_has(
          "row three/float32/softmax.boastful.scalar: softmax.boastful.scalar claims 1 "
          "ULP at most, and is off by ")
      .out_has("row masked/float32/softmax.wrong.scalar: softmax.wrong.scalar claims 4 ULP at most")
      .out_has(
          "again: maxtrick run c.toml --filter "
          "'^masked/float32/softmax\\.wrong\\.scalar$' --plugin ")
      .out_lacks("wrong_unclaimed")  // it makes no claim, so a run only reports its outcome
      .out_lacks("no such row");
  // A run checks the claims too, and a broken baseline is found even with a plug-in.
  folder.exits(1, "$MAXTRICK run c.toml -o out" + option("wrong"));
  std::string csv = folder.read("base/c.csv");
  csv.replace(csv.find(",ok,"), 4, ",nan,");
  folder.write("base/c.csv", csv);
  folder.check(1, option("plain_loop"));
}

// The command that is printed for a shell is a single command, whatever the names of the files are.
BOOST_AUTO_TEST_CASE(the_command_that_reruns_a_row_is_one) {
  const Workdir folder("a config.toml", overflow);
  std::filesystem::copy_file(plugin_file("wrong"), folder / "it's mine;.so");
  const Said said = folder.exits(1, "$MAXTRICK run 'a config.toml' --plugin \"it's mine;.so\"");
  const std::string before = "    again: maxtrick ";
  const auto at = said.out.find(before);
  BOOST_REQUIRE(at != std::string::npos);
  const std::string line = said.out.substr(at, said.out.find('\n', at) - at);
  folder.exits(1, "$MAXTRICK " + line.substr(before.size())).out_has(line);
}

// If the baseline has rows of a user's kernel, check compares these rows too.
BOOST_AUTO_TEST_CASE(a_baseline_that_has_their_rows_is_held) {
  const Based folder(option("plain_loop"));
  folder.check(0, option("plain_loop")).out_has("base/c.csv: 10 rows checked, all hold\n");
  folder.check(0, option("plain_loop") + option("every_op"));
  const std::string csv = folder.read("base/c.csv");
  const auto row = csv.find("softmax.mine.scalar"), outcome = csv.find(",ok,", row);
  BOOST_REQUIRE(outcome != std::string::npos);
  folder.write("base/c.csv", std::string(csv).replace(outcome, 4, ",nan,"));
  folder.check(1, option("plain_loop"))
      .out_has("softmax.mine.scalar, column outcome: expected nan, got ok");
  // Without the plug-in the row is missing.
  folder.write("base/c.csv", csv);
  folder.check(1, "");
}

// A row that was not requested is not missing. A row that could not run is reported as skipped.
BOOST_AUTO_TEST_CASE(what_of_theirs_was_not_made_is_no_mismatch) {
  const Based folder(option("plain_loop"));
  folder.check(0, option("plain_loop") + " --filter 'max_trick|shifted'")
      .out_has("base/c.csv: 8 rows checked, all hold");
  // A kernel that the baseline contains from before it broke.
  std::string manifest = folder.read("base/c.manifest.json");
  for (const char* file : {"base/c.csv", "base/c.md"}) {
    const std::string before = folder.read(file);
    std::string after = before;
    for (const std::string name = "softmax.mine.scalar"; contains(after, name);)
      after = replaced(after, name, "softmax.crashes.scalar");
    folder.write(file, after);
    manifest = replaced(manifest, io::sha256(before), io::sha256(after));
  }
  folder.write("base/c.manifest.json", manifest);
  folder.check(5, option("misbehaves") + without_hangs)
      .err_has("softmax.crashes.scalar: killed by signal 11")
      .out_lacks("no such row");
}

BOOST_AUTO_TEST_CASE(networks_learn_with_them) {
  const Workdir folder("c.toml", tiny_backends);
  const Said said = folder.exits(5, "$MAXTRICK run c.toml -o out" + without_hangs +
                                        option("plain_loop") + option("misbehaves"));
  const auto rows = rows_by({"variant"}, folder.read("out/c.csv"));
  const Cells &mine = rows.at("softmax.mine.scalar"), &ours = rows.at("softmax.max_trick.scalar");
  BOOST_TEST(mine.at("accuracy_median") == ours.at("accuracy_median"));
  BOOST_TEST(std::stod(mine.at("weight_difference")) < 1e-3);
  // A time in another process would include the communication, so none is reported.
  BOOST_TEST(mine.at("speed") == "");
  BOOST_TEST(ours.at("speed") != "");
  BOOST_TEST(!rows.contains("softmax.writes_between.scalar"));
  said.err_has(
      "1 of 19 rows skipped: softmax.writes_between.scalar: writes outside its rows\n"
      "    softmax.writes_between.scalar\n");
}

BOOST_AUTO_TEST_SUITE_END()
