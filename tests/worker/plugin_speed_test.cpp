// Timing of a user's kernels: only those with correct results are timed.
#include "table/interval.hpp"
#include "test_plugins.hpp"
#include "tiny_speed.hpp"

BOOST_AUTO_TEST_SUITE(plugin_speed_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;
using namespace std::string_literals;

const std::string speed =
    tiny_speed +
    "variants = [\"softmax.accurate.scalar\", \"softmax.onednn\", \"cross_entropy*.shifted.scalar\"]\n" +
    tiny_grid;

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_right_is_timed_and_nothing_else) {
  const Workdir folder("tiny.toml", speed);
  const auto rows = [&] { return rows_by({"op", "variant"}, folder.read("out/" + tiny_table)); };
  Said said =
      folder.exits(0, "$MAXTRICK run tiny.toml -o out" + option("plain_loop") + option("every_op"));
  for (const std::string name : {"softmax/softmax.mine.scalar", "softmax/softmax.by_double",
                                 "cross_entropy/cross_entropy.by_double",
                                 "cross_entropy_gradient/cross_entropy_gradient.by_double",
                                 "softmax/softmax.accurate.scalar"}) {
    const Cells row = rows().at(name);
    BOOST_TEST(row.at("outcome") == "ok", name);
    BOOST_TEST(std::stod(row.at("time_ns")) > 0, name);
    BOOST_TEST(table::parse_interval(row.at("speed")).has_value(), name);
  }
  std::filesystem::remove_all(folder / "out");
  said = folder.exits(1, "$MAXTRICK run tiny.toml -o out" + option("wrong"));
  for (const std::string name : {"wrong", "wrong_unclaimed", "boastful"}) {
    const Cells row = rows().at("softmax/softmax." + name + ".scalar");
    BOOST_TEST((row.at("outcome") == "wrong") == (name != "boastful"), row.at("outcome"));
    check_cells(row, {{"time_ns", ""}, {"speed", ""}});
    said.out_has("softmax." + name + ".scalar is not timed: its results are ");
  }
  BOOST_TEST(rows().at("softmax/softmax.onednn").at("time_ns") != "");
}

BOOST_AUTO_TEST_CASE(one_that_dies_costs_no_time_of_another) {
  const Workdir folder("tiny.toml", speed);
  // One thread, so that launch 1 is the first.
  const Said said = folder.exits(5, "$MAXTRICK run tiny.toml -o out -j 1" + without_hangs +
                                        option("misbehaves") + option("when_timed"));
  said.err_has(
      "rows skipped: softmax.writes_between.scalar: writes outside its rows\n"
      "    softmax/softmax.writes_between.scalar/float32/8x5/1/plain\n");
  // One plug-in has a kernel that crashes only when it is timed, and another kernel that is not
  // affected.
  said.err_has(
      ": 1 of 25 rows skipped: softmax.crashes_when_timed.scalar: killed by signal "
      "6 (Aborted) where it is timed, in launch 1 of 2 of 8x5 (one thread, any ISA, " +
      plugin_file("when_timed").string() + ")\n    softmax/softmax.crashes_when_timed");
  said.err_has("softmax.fails_when_timed.scalar: returned error 7 where it is timed, in launch 1 ");
  said.err_has(
      "softmax.rounds_upwards_when_timed.scalar: changes the floating-point environment (rounding "
      "mode) where it is timed, in launch 1 ");
  const auto rows = rows_by({"variant"}, folder.read("out/" + tiny_table));
  for (const std::string name : {"softmax.behaves.scalar", "softmax.behaves_when_timed.scalar",
                                 "softmax.onednn", "softmax.accurate.scalar", "memcpy"})
    BOOST_TEST(rows.at(name).at("time_ns") != "");
  BOOST_TEST(!rows.contains("softmax.crashes_when_timed.scalar"));
}

BOOST_AUTO_TEST_CASE(one_that_hangs_costs_no_time_of_another) {
  const Workdir folder("tiny.toml", speed);
  // The limit is as short as the rest of a launch on this machine permits.
  for (const std::string limit : {"3", "12", "48"}) {
    const Said said =
        folder.exits(5, "$MAXTRICK run tiny.toml -j 1 -o " + limit +
                            " --filter '(hangs|behaves)_when_timed' --set launch_limit_s=" + limit +
                            option("when_timed"));
    const auto csv = io::read_file_if_there(folder / (limit + "/" + tiny_table));
    const auto rows = csv ? rows_by({"variant"}, *csv) : std::map<std::string, Cells>{};
    if (!rows.contains("softmax.behaves_when_timed.scalar") && limit != "48") continue;
    said.err_has(
        ": 1 of 2 rows skipped: softmax.hangs_when_timed.scalar: called when "
        "launch 1 of 2 of 8x5 (one thread, any ISA, " +
        plugin_file("when_timed").string() + ") was not done after " + limit + " s\n");
    BOOST_REQUIRE(rows.size() == 1U);
    BOOST_TEST(rows.at("softmax.behaves_when_timed.scalar").at("time_ns") != "");
    break;
  }
}

// The old file was checked, and the new one would be timed.
BOOST_AUTO_TEST_CASE(one_that_is_rebuilt_meanwhile_ends_the_run) {
  const Workdir folder("tiny.toml", speed);
  std::filesystem::copy_file(plugin_file("rebuilt"), folder / "mine.so");
  folder.write("next.so", io::read_file(plugin_file("rebuilt")) + "another one");
  folder
      .exits(6,
             "FILE=$PWD/mine.so REPLACEMENT=$PWD/next.so $MAXTRICK run tiny.toml -o out --plugin "
             "mine.so")
      .err_has("mine.so: changed since the run began");
  BOOST_TEST(!folder.has("out/" + tiny_table));
}

// A loss does not occur in the overflow table, so its claim about special values is checked here.
BOOST_AUTO_TEST_CASE(a_loss_that_claims_is_held_to_special_values) {
  const Workdir folder("tiny.toml", speed);
  const Said said = folder.exits(1, "$MAXTRICK run tiny.toml -o out" + option("claims"));
  const auto rows = rows_by({"variant"}, folder.read("out/" + tiny_table));
  for (const std::string op : {"cross_entropy", "cross_entropy_gradient"}) {
    const Cells careful = rows.at(op + ".careful"), careless = rows.at(op + ".careless");
    BOOST_TEST(careful.at("outcome") == "ok");
    BOOST_TEST(careful.at("time_ns") != "");
    // The row reports the outcome on its own logits.
    BOOST_TEST(careless.at("outcome") == "ok");
    BOOST_TEST(std::stod(careless.at("max_error_ulp")) <= 1);
    BOOST_TEST(careless.at("time_ns") == "");
    said.out_has(op +
                 ".careless is not timed: its results of a row with +inf are "
                 "wrong, off by inf ULP, and it claims 1\n");
    said.out_lacks("careful is not");
  }
}

// Kernels of two plug-ins are timed in one launch if a claim or a goal compares them. So are a kernel
// of the program and one of a plug-in.
BOOST_AUTO_TEST_CASE(plug_ins_are_compared_with_each_other) {
  const Workdir folder;
  const auto goal = [](const std::string& variant, const std::string& reference) {
    return "[[goal]]\nvariants = [\"" + variant + "\"]\nreference = \"" + reference +
           "\"\nat_least_times = 0.000001\n";
  };
  folder.write("tiny.toml",
               speed + goal("softmax.mine.scalar", "softmax.by_double") +
                   replaced(goal("softmax.by_double", "*.mine.scalar"), "goal", "claim") +
                   goal("softmax.accurate.scalar", "softmax.mine.scalar"));
  folder.exits(0, "$MAXTRICK run tiny.toml -o out" + option("plain_loop") + option("every_op"));
  const auto rows = rows_by({"variant"}, folder.read("out/" + tiny_table));
  BOOST_TEST(rows.at("softmax.mine.scalar").at("goal") ==
             "at least 1e-06 times as fast as softmax.by_double");
  BOOST_TEST(rows.at("softmax.mine.scalar").at("distance") == "reached");
  BOOST_TEST(rows.at("softmax.by_double").at("verdict") == "holds");
  BOOST_TEST(rows.at("softmax.accurate.scalar").at("distance") == "reached");
}

// What a reference of another plug-in does costs the comparison, and nothing else.
BOOST_AUTO_TEST_CASE(a_reference_that_dies_costs_the_comparison_only) {
  const Workdir folder;
  folder.write("tiny.toml",
               speed +
                   "[[goal]]\nvariants = [\"softmax.mine.scalar\", \"softmax.accurate.scalar\"]\n"
                   "reference = \"softmax.crashes_when_timed.scalar\"\nat_least_times = 1\n");
  folder.exits(5, "$MAXTRICK run tiny.toml -o out -j 1 --filter 'mine|accurate|crashes'" +
                      option("plain_loop") + option("when_timed"));
  const auto rows = rows_by({"variant"}, folder.read("out/" + tiny_table));
  for (const std::string name : {"softmax.mine.scalar", "softmax.accurate.scalar"}) {
    BOOST_TEST(rows.at(name).at("time_ns") != "");
    BOOST_TEST(rows.at(name).at("distance") == "unmeasured");
  }
  BOOST_TEST(!rows.contains("softmax.crashes_when_timed.scalar"));
}

// A glob that was written for the project's kernels does not apply to a plug-in.
BOOST_AUTO_TEST_CASE(claims_are_met_by_name_only) {
  const Workdir folder;
  const std::string times = "\nat_least_times = 0.000001\n";
  folder.write("tiny.toml", speed + "[[claim]]\nvariants = [\"softmax.*.scalar\"]" + times +
                                "[[claim]]\nvariants = [\"softmax.behaves.scalar\"]" + times);
  folder.exits(5, "$MAXTRICK run tiny.toml -o out" + without_hangs + option("plain_loop") +
                      option("misbehaves"));  // from the plug-in misbehaves
  const auto rows = rows_by({"variant"}, folder.read("out/" + tiny_table));
  const auto verdict = [&](const std::string& name) {
    const Cells& row = rows.at("softmax." + name + ".scalar");
    BOOST_TEST(row.at("time_ns") != "", name);
    return row.at("verdict");
  };
  BOOST_TEST(verdict("accurate") == "holds");
  BOOST_TEST(verdict("mine") == "");
  BOOST_TEST(verdict("behaves") == "holds");
}

BOOST_AUTO_TEST_SUITE_END()
