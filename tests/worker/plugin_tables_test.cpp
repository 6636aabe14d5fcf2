// Kernels of a user's own in result tables: their rows beside all others, which they leave alone.
#include <boost/test/unit_test.hpp>

#include "replaced.hpp"
#include "test_plugins.hpp"

BOOST_AUTO_TEST_SUITE(plugin_tables_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string backends = R"(experiment = "backends"
title = "T"
description = "D"
variants = ["softmax.max_trick.*", "softmax.naive.*"]
difference_from = "softmax.naive.scalar"
speed_by = "softmax.max_trick.scalar"
seeds = 2
repeats = 6
[[data]]
name = "lab"
generate = "blobs"
samples = 50
centres = [[-5, 2], [-2, -2], [1, 2]]
seed = 30
[task]
name = "lab"
data = "lab"
hidden = [5]
epochs = 2
batch = 16
optimiser = "adam"
learning_rate = 0.001
)";

}  // namespace

BOOST_AUTO_TEST_CASE(they_join_a_table_and_leave_the_other_rows_alone) {
  const Folder folder;
  folder.write("c.toml", overflow);
  BOOST_TEST(shell("$MAXTRICK run c.toml -o without", folder.path()).code == 0);
  Said said = shell_exits(5,
                          "$MAXTRICK run c.toml -o with" + without_hangs + option("plain_loop") +
                              option("misbehaves") + option("every_op"),
                          folder.path());
  for (const std::string line :
       {"c.toml: 1 of 42 rows skipped: softmax.returns_an_error.scalar: returned error 42\n"
        "    three/float32/softmax.returns_an_error.scalar\n",
        "c.toml: 2 of 42 rows skipped: softmax.writes_behind.scalar: writes outside its rows\n"
        "    three/float32/softmax.writes_behind.scalar\n"
        "    masked/float32/softmax.writes_behind.scalar\n"})
    BOOST_TEST(contains(said.err, line), said.err);
  const auto read = [&](const std::string& name) {
    return rows_by({"case", "dtype", "variant"}, io::read_file(folder / name));
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
  BOOST_TEST(
      contains(io::read_file(folder / "with/c.manifest.json"), "mine 1.0 (plug-in, SHA-256 "));
  // Shown only, where no folder is named: what is in results/ stays.
  said = shell_exits(0, "$MAXTRICK run c.toml" + option("plain_loop"), folder.path());
  BOOST_TEST(contains(said.out, "softmax.mine.scalar"));
  BOOST_TEST(!std::filesystem::exists(folder / "results"));
}

BOOST_AUTO_TEST_CASE(check_holds_them_to_their_claims_only) {
  const Folder folder;
  folder.write("c.toml", overflow);
  BOOST_TEST(shell("$MAXTRICK run c.toml -o base", folder.path()).code == 0);
  const auto check = [&](const std::string& options) {
    return shell("$MAXTRICK check c.toml --baseline base" + options, folder.path());
  };
  Said said = check(option("plain_loop"));
  BOOST_TEST(said.code == 0, said.out << said.err);
  BOOST_TEST(contains(said.out,
                      "base/c.csv: 10 rows checked, all hold; 2 of them, of plug-ins that claim "
                      "nothing, are held to nothing\n"),
             said.out);
  said = check(option("misbehaves") + without_hangs);
  BOOST_TEST(said.code == 5, said.out << said.err);
  said = check(option("wrong"));
  BOOST_TEST(said.code == 1);
  BOOST_TEST(contains(said.out,
                      "row three/float32/softmax.boastful.scalar: softmax.boastful.scalar claims 1 "
                      "ULP at most, and is off by "),
             said.out);
  BOOST_TEST(contains(said.out,
                      "row masked/float32/softmax.wrong.scalar: softmax.wrong.scalar "
                      "claims 4 ULP at most"));
  BOOST_TEST(contains(said.out,
                      "again: maxtrick run c.toml --filter "
                      "'^masked/float32/softmax\\.wrong\\.scalar$' --plugin "));
  BOOST_TEST(!contains(said.out, "wrong_unclaimed"));  // it is shown what it is: a run has its row
  BOOST_TEST(!contains(said.out, "no such row"));
  // A run is held to them as well, and a broken baseline is found beside a plug-in.
  BOOST_TEST(shell("$MAXTRICK run c.toml -o out" + option("wrong"), folder.path()).code == 1);
  std::string csv = io::read_file(folder / "base/c.csv");
  csv.replace(csv.find(",ok,"), 4, ",nan,");
  folder.write("base/c.csv", csv);
  BOOST_TEST(check(option("plain_loop")).code == 1);
}

// What is to be said to a shell is one command there, whatever the files are called.
BOOST_AUTO_TEST_CASE(the_command_that_reruns_a_row_is_one) {
  const Folder folder;
  folder.write("a config.toml", overflow);
  std::filesystem::copy_file(plugin_file("wrong"), folder / "it's mine;.so");
  const Said said =
      shell_exits(1, "$MAXTRICK run 'a config.toml' --plugin \"it's mine;.so\"", folder.path());
  const std::string before = "    again: maxtrick ";
  const auto at = said.out.find(before);
  BOOST_REQUIRE(at != std::string::npos);
  const std::string line = said.out.substr(at, said.out.find('\n', at) - at);
  const Said again = shell_exits(1, "$MAXTRICK " + line.substr(before.size()), folder.path());
  BOOST_TEST(contains(again.out, line), again.out);
}

// Whoever has his own kernel in his baseline holds it to that.
BOOST_AUTO_TEST_CASE(a_baseline_that_has_their_rows_is_held) {
  const Folder folder;
  folder.write("c.toml", overflow);
  BOOST_TEST(shell("$MAXTRICK run c.toml -o base" + option("plain_loop"), folder.path()).code == 0);
  const auto check = [&](const std::string& options) {
    return shell("$MAXTRICK check c.toml --baseline base" + options, folder.path());
  };
  Said said = check(option("plain_loop"));
  BOOST_TEST(said.code == 0, said.out);
  BOOST_TEST(contains(said.out, "base/c.csv: 10 rows checked, all hold\n"), said.out);
  BOOST_TEST(check(option("plain_loop") + option("every_op")).code == 0);
  const std::string csv = io::read_file(folder / "base/c.csv");
  const auto row = csv.find("softmax.mine.scalar"), outcome = csv.find(",ok,", row);
  BOOST_REQUIRE(outcome != std::string::npos);
  folder.write("base/c.csv", std::string(csv).replace(outcome, 4, ",nan,"));
  said = check(option("plain_loop"));
  BOOST_TEST(said.code == 1);
  BOOST_TEST(contains(said.out, "softmax.mine.scalar, column outcome: expected nan, got ok"),
             said.out);
  // Without it the row is missed.
  folder.write("base/c.csv", csv);
  BOOST_TEST(check("").code == 1);
}

// Nobody misses what was not asked for, or what could not run, which is said as that.
BOOST_AUTO_TEST_CASE(what_of_theirs_was_not_made_is_no_mismatch) {
  const Folder folder;
  folder.write("c.toml", overflow);
  BOOST_TEST(shell("$MAXTRICK run c.toml -o base" + option("plain_loop"), folder.path()).code == 0);
  const auto check = [&](const std::string& options) {
    return shell("$MAXTRICK check c.toml --baseline base" + options, folder.path());
  };
  Said said = check(option("plain_loop") + " --filter 'max_trick|shifted'");
  BOOST_TEST(said.code == 0, said.out);
  BOOST_TEST(contains(said.out, "base/c.csv: 8 rows checked, all hold"), said.out);
  // One that the baseline knows, from before it broke.
  std::string csv = io::read_file(folder / "base/c.csv");
  for (int i = 0; i < 2; ++i) csv = replaced(csv, "softmax.mine.scalar", "softmax.crashes.scalar");
  folder.write("base/c.csv", csv);
  said = check(option("misbehaves") + without_hangs);
  BOOST_TEST(said.code == 5, said.out << said.err);
  BOOST_TEST(contains(said.err, "softmax.crashes.scalar: killed by signal 11"), said.err);
  BOOST_TEST(!contains(said.out, "no such row"), said.out);
}

BOOST_AUTO_TEST_CASE(networks_learn_with_them) {
  const Folder folder;
  folder.write("c.toml", backends);
  const Said said = shell_exits(
      5,
      "$MAXTRICK run c.toml -o out" + without_hangs + option("plain_loop") + option("misbehaves"),
      folder.path());
  const auto rows = rows_by({"variant"}, io::read_file(folder / "out/c.csv"));
  const Cells &mine = rows.at("softmax.mine.scalar"), &ours = rows.at("softmax.max_trick.scalar");
  BOOST_TEST(mine.at("accuracy_median") == ours.at("accuracy_median"));
  BOOST_TEST(std::stod(mine.at("weight_difference")) < 1e-3);
  // What it takes in another process is not its time.
  BOOST_TEST(mine.at("speed") == "");
  BOOST_TEST(ours.at("speed") != "");
  BOOST_TEST(!rows.contains("softmax.writes_between.scalar"));
  BOOST_TEST(
      contains(said.err,
               "1 of 15 rows skipped: softmax.writes_between.scalar: writes outside its rows\n"
               "    softmax.writes_between.scalar\n"),
      said.err);
}

BOOST_AUTO_TEST_SUITE_END()
