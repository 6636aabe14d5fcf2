// Runs the experiment `speed` as a user does, on few cases. Times are only checked for their
// presence.
#include "config_runs.hpp"
#include "table/interval.hpp"
#include "tiny_speed.hpp"

BOOST_AUTO_TEST_SUITE(speed_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string config =
    tiny_speed +
    R"(variants = ["softmax.accurate.scalar", "softmax.onednn*", "cross_entropy.accurate.scalar"]
[[logits]]
name = "plain"
scale = 1
[[logits]]
name = "masked"
scale = 1
masked = 0.3
[[grid]]
shapes = ["8x5"]
logits = ["plain", "masked"]
threads = ["1"]
[[grid]]
shapes = ["8x5"]
logits = ["plain"]
threads = ["all"]
[[claim]]
variants = ["softmax.accurate.scalar"]
)";

// Runs a config with this claim, writes its table to "out", and returns the exit code and messages.
Said run_program(const Workdir& folder, const std::string& claim) {
  folder.write("tiny.toml", config + claim);
  return folder.run("$MAXTRICK run tiny.toml -o out");
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_run_writes_every_row_in_the_folder_of_the_cpu) {
  const Workdir folder;
  const Said said = run_program(folder, "at_least_times = 0.000001\n");
  BOOST_TEST(said.code == 0, said.out << said.err);
  const auto rows = rows_of(folder.read("out/" + tiny_table));
  // memcpy; three kernels of softmax and one of the loss, on two kinds of logits; our kernels on
  // all threads.
  BOOST_REQUIRE_EQUAL(rows.size(), 1U + 2 * 4 + 2);
  std::size_t judged = 0;
  for (const Cells& row : rows) {
    BOOST_TEST(row.at("outcome") == "ok");
    BOOST_TEST(number(row, "time_ns") > 0);
    BOOST_TEST(table::parse_interval(row.at("memcpy_share")).has_value());
    if (row.at("op") != "copy") BOOST_TEST(table::parse_interval(row.at("speed")).has_value());
    judged += row.at("verdict") == "holds";
  }
  BOOST_TEST(judged == 1U);  // the claim does not apply to masked logits and all threads
  const std::string md = io::read_file(folder / ("out/speed/" + run::cpu_folder() + "/tiny.md"));
  BOOST_TEST(contains(md, "## What is claimed\n"));
  BOOST_TEST(contains(md, "at least 1e-06 times as fast as softmax.onednn"));
  BOOST_TEST(
      contains(io::read_file(folder / ("out/speed/" + run::cpu_folder() + "/tiny.manifest.json")),
               "Google Benchmark"));
}

BOOST_AUTO_TEST_CASE(check_measures_anew_and_holds_the_claims_only) {
  const Workdir folder;
  BOOST_TEST(run_program(folder, "at_least_times = 1000000\n").code == 3);
  folder.exits(3, "$MAXTRICK check tiny.toml --baseline out")
      .out_has("column verdict: expected at least 1000000 times as fast as softmax.onednn, got ")
      .out_has(
          "again: maxtrick run tiny.toml --filter "
          "'^softmax/softmax\\.accurate\\.scalar/8x5/1/plain$'");
  // The claims are checked even if there is no table of this machine.
  folder.exits(3, "$MAXTRICK check tiny.toml --baseline .")
      .out_has("not all hold; there is no table of this machine");
  // Times that differ from those of the baseline are not reported.
  BOOST_TEST(run_program(folder, "at_least_times = 0.000001\n").code == 0);
  folder.exits(0, "$MAXTRICK check tiny.toml --baseline out");
  // No measured interval has the width 0, so the claim cannot be judged.
  folder.write("tiny.toml", config + "at_least_times = 0.000001\n");
  folder.exits(4, "$MAXTRICK run tiny.toml --set widest_interval=0");
}

BOOST_AUTO_TEST_CASE(a_filter_measures_a_case_and_what_it_is_compared_with) {
  const Workdir folder("tiny.toml", config + "at_least_times = 0.000001\n");
  folder
      .exits(0, "$MAXTRICK run tiny.toml --filter '^softmax/softmax.accurate.scalar/8x5/1/plain$'")
      .out_has("holds")
      .out_lacks("masked");
}

// A launch that exceeds its time limit affects only its own rows.
BOOST_AUTO_TEST_CASE(a_launch_that_fails_is_a_skip) {
  const Workdir folder("tiny.toml",
                       replaced(replaced(config, "launch_limit_s = 60", "launch_limit_s = 1"),
                                "min_time_ms = 0.2", "min_time_ms = 9000") +
                           "at_least_times = 0.000001\n");
  folder
      .exits(
          5,
          "$MAXTRICK run tiny.toml --filter '^softmax/softmax.(accurate.scalar|onednn)/8x5/1/plain$'")
      .err_has(
          "2 of 2 rows skipped: launch 1 of 2 of 8x5 (one thread, any ISA) not done after 1 s");
}

BOOST_AUTO_TEST_CASE(errors_in_a_config_have_their_place) {
  const auto rejected = [](const std::string& from, const std::string& to,
                           const std::string& message) {
    check_rejected(replaced(config + "at_least_times = 2\n", from, to), {message});
  };
  rejected("variants = [\"softmax.accurate.scalar\"]\n",
           "variants = [\"softmax.accurate.scalar\"]\nclasses = [6, 9]\n",
           "t.toml:28:12: error: no case of this config meets this claim");
  rejected("at_least_times = 2", "at_most_times = 2\nat_least_times = 2",
           "two claims in one table");
  rejected("at_least_times = 2", "at_least_times = 2\nreference = \"softmx.*\"",
           "t.toml:30:13: error: unknown variant 'softmx.accurate.scalar'");
  rejected("at_least_times = 2", "at_least_times = 2\nclasses = [5]", "no range of classes");
  rejected("at_least_times = 2", "", "at_least_times");
  rejected("[\"8x5\"]", "[\"8y5\"]", "t.toml:20:11: error: '8y5' is no shape");
  rejected("[\"8x5\"]", "[\"8x5\", \"8x6\", \"8x5\"]", "'8x5' is named twice");
  rejected("threads = [\"1\"]\n", "threads = [\"1\"]\nbut_not = [\"*.scaler\"]\n",
           "t.toml:23:12: error: '*.scaler' matches nothing that can be timed");
  rejected("softmax.onednn*", "softmax.nodnn", "'softmax.nodnn' matches nothing that can be timed");
  rejected("logits = [\"plain\", \"masked\"]", "logits = [\"plan\"]", "plan");
  rejected("repetitions = 6", "repetitions = 5", "6");
}

BOOST_AUTO_TEST_SUITE_END()
