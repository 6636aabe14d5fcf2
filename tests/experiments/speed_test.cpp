// Runs the experiment `speed` as a user does, on few cases. Times are only checked for their
// presence.
#include "config_runs.hpp"
#include "run/store.hpp"
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
    BOOST_TEST((row.at("best_library") == "") == (row.at("op") == "copy"));
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
      .out_has("row softmax/softmax.accurate.scalar/float32/8x5/1/plain: was ")
      .out_has(
          ") times as fast as softmax.onednn; the claim is at least 1000000: missed, since the "
          "whole interval is outside\n")
      .out_has(
          "again: maxtrick run tiny.toml --filter "
          "'^softmax/softmax\\.accurate\\.scalar/float32/8x5/1/plain$'");
  // The claims are checked even if there is no table of this machine.
  folder.exits(3, "$MAXTRICK check tiny.toml --baseline .")
      .out_has("not all hold; there is no table of this machine");
  // Times that differ from those of the baseline are not reported.
  BOOST_TEST(run_program(folder, "at_least_times = 0.000001\n").code == 0);
  folder.exits(0, "$MAXTRICK check tiny.toml --baseline out");
}

// No measured interval has the width 0, so all are marked, and none confirms a miss.
BOOST_AUTO_TEST_CASE(wide_intervals_are_marked_and_told) {
  const Workdir folder("tiny.toml", config + "at_least_times = 1000000\n");
  folder.exits(4, "$MAXTRICK run tiny.toml -o out --set widest_interval=0")
      .out_has("the claim is at least 1000000: cannot be decided, since the interval is too wide\n")
      .err_has("the machine was quiet while times were measured (load average ")
      .err_has(" intervals are wider than allowed and marked (wide)\n");
  for (const Cells& row : rows_of(folder.read("out/" + tiny_table)))
    if (row.at("variant") == "softmax.accurate.scalar")
      BOOST_TEST(row.at("speed").ends_with("] (wide)"), row.at("speed"));
}

// The busy machine, whose load the message names, decides no claim.
BOOST_AUTO_TEST_CASE(a_busy_machine_is_reported_and_decides_nothing) {
  const Workdir folder(
      "tiny.toml", replaced(config, "highest_load = 1000000\n", "") + "at_least_times = 1000000\n");
  const std::string
      busy = "for i in $(seq $(nproc)); do (while :; do :; done) & loops=\"$loops $!\"; done; ",
      then_quiet = "; code=$?; kill $loops; exit $code";
  for (const std::string command : {"run tiny.toml -o out", "check tiny.toml --baseline out"})
    folder.exits(4, busy + "$MAXTRICK " + command + then_quiet)
        .out_has("the claim is at least 1000000: it seems missed, but the machine was busy\n")
        .err_has("tiny.csv: the machine was busy while times were measured (load average ")
        .err_has("; measure again when it is quiet\n");
  // A claim that holds is not decided either.
  folder.write("tiny.toml",
               replaced(config, "highest_load = 1000000\n", "") + "at_least_times = 0.000001\n");
  folder.exits(4, busy + "$MAXTRICK run tiny.toml -o other" + then_quiet).out_lacks("the claim is");
}

BOOST_AUTO_TEST_CASE(a_goal_is_shown_with_its_distance_and_fails_nothing) {
  const Workdir folder("tiny.toml",
                       replaced(config, "[[claim]]", "[[goal]]") + "at_least_times = 1000000\n");
  folder.exits(0, "$MAXTRICK run tiny.toml -o out");
  folder.exits(0, "$MAXTRICK check tiny.toml --baseline out");
  std::size_t goals = 0;
  for (const Cells& row : rows_of(folder.read("out/" + tiny_table))) {
    BOOST_TEST(row.at("claim") + row.at("measured") + row.at("verdict") == "");
    if (row.at("goal").empty()) continue;
    ++goals;
    BOOST_TEST(row.at("goal") == "at least 1000000 times as fast as softmax.onednn");
    BOOST_TEST(table::parse_interval(row.at("goal_measured")).has_value());
    BOOST_TEST(row.at("distance").ends_with(" % too slow"), row.at("distance"));
  }
  BOOST_TEST(goals == 1U);
  BOOST_TEST(contains(io::read_file(folder / ("out/speed/" + run::cpu_folder() + "/tiny.md")),
                      "## Goals, and the distance to them\n"));
}

// The claims hold in every table of this version. Tables of older versions are an archive.
BOOST_AUTO_TEST_CASE(the_committed_tables_of_this_version_hold_their_claims) {
  std::size_t claims = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(MAXTRICK_SOURCE_DIR) + "/results/speed")) {
    if (run::version_of(entry.path(), "speed") != run::build().version) continue;
    for (const Cells& row : rows_of(io::read_file(entry.path() / "speed.csv"))) {
      if (row.at("claim").empty()) continue;
      ++claims;
      for (const std::string doubt : {"missed", "noisy", "unjudged"})
        BOOST_TEST(!contains(row.at("verdict"), doubt),
                   entry.path() << ": " << row.at("variant") << " at " << row.at("shape") << ", "
                                << row.at("logits") << ": " << row.at("claim") << ": "
                                << row.at("measured"));
    }
  }
  BOOST_TEST(claims > 0U);
}

// A table of another version is neither compared nor in the way.
BOOST_AUTO_TEST_CASE(an_archive_is_not_compared) {
  const Workdir folder;
  BOOST_TEST(run_program(folder, "at_least_times = 0.000001\n").code == 0);
  const std::string manifest = "out/speed/" + run::cpu_folder() + "/tiny.manifest.json";
  folder.write(manifest, replaced(folder.read(manifest), "\"maxtrick\": \"" + run::build().version,
                                  "\"maxtrick\": \"0.0.1"));
  folder.write("out/" + tiny_table, "other,columns\n1,2\n");
  folder.exits(0, "$MAXTRICK check tiny.toml --baseline out")
      .out_has("all hold; the table is an archive of version 0.0.1, and not compared\n");
}

BOOST_AUTO_TEST_CASE(a_filter_measures_a_case_and_what_it_is_compared_with) {
  const Workdir folder("tiny.toml", config + "at_least_times = 0.000001\n");
  folder
      .exits(
          0,
          "$MAXTRICK run tiny.toml --filter '^softmax/softmax.accurate.scalar/float32/8x5/1/plain$'")
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
          "$MAXTRICK run tiny.toml --filter '^softmax/softmax.(accurate.scalar|onednn)/float32/8x5/1/plain$'")
      .err_has(
          "2 of 2 rows skipped: launch 1 of 2 of 8x5 (one thread, any ISA) not done after 1 s");
}

// A case may be compared with its own variant of another type, along another axis, or with another
// number of threads. Both are then timed in the same launches.
BOOST_AUTO_TEST_CASE(types_axes_and_threads_are_compared) {
  const std::string grids = R"(variants = ["softmax.max_trick.scalar", "softmax.accurate.scalar"]
[[logits]]
name = "plain"
scale = 1
[[grid]]
shapes = ["8x5", "2x5x3@1", "5x4@0"]
logits = ["plain"]
threads = ["1"]
[[grid]]
shapes = ["8x5"]
logits = ["plain"]
threads = ["1"]
dtypes = ["float64", "float16", "bfloat16"]
only = ["softmax.max_trick.*"]
[[grid]]
shapes = ["2000x5"]
logits = ["plain"]
threads = ["all"]
only = ["softmax.accurate.scalar"]
[[goal]]
variants = ["*.max_trick.*"]
shapes = ["2x5x3@1", "5x4@0"]
reference_shape = "last axis"
at_most_times = 1e6
[[goal]]
variants = ["*.max_trick.*"]
dtypes = ["float64", "float16"]
reference_dtype = "float32"
at_most_times = 1e6
[[goal]]
variants = ["*.accurate.*"]
threads = "all"
reference_threads = "1"
at_least_times = 1e-6
[[goal]]
variants = ["*.max_trick.*"]
classes = [5, 5]
reference = "memcpy"
at_most_times = 1e6
)";
  const Workdir folder("tiny.toml", tiny_speed + grids);
  folder.exits(0, "$MAXTRICK run tiny.toml -o out");
  const auto rows =
      rows_by({"variant", "dtype", "shape", "threads"}, folder.read("out/" + tiny_table));
  // memcpy of three shapes, and of three further types of one; two kernels on three shapes; one with
  // three further types; one on all threads.
  BOOST_TEST(rows.size() == 3U + 3 + 6 + 3 + 1);
  const auto goal = [&](const std::string& key) {
    const Cells& row = rows.at(key);
    BOOST_TEST(row.at("outcome") == "ok", key);
    BOOST_TEST(number(row, "time_ns") > 0, key);
    BOOST_TEST(table::parse_interval(row.at("memcpy_share")).has_value(), key);
    if (!row.at("goal").empty()) BOOST_TEST(row.at("distance") == "reached", key);
    return row.at("goal");
  };
  const std::string loop = "softmax.max_trick.scalar/";
  BOOST_TEST(goal(loop + "float32/2x5x3@1/1") ==
             "at most 1000000 times the time of softmax.max_trick.scalar on 6x5");
  BOOST_TEST(goal(loop + "float32/5x4@0/1") ==
             "at most 1000000 times the time of softmax.max_trick.scalar on 4x5");
  BOOST_TEST(goal(loop + "float16/8x5/1") ==
             "at most 1000000 times the time of softmax.max_trick.scalar in float32");
  BOOST_TEST(goal(loop + "float32/8x5/1") == "at most 1000000 times the time of memcpy");
  BOOST_TEST(goal(loop + "bfloat16/8x5/1") == "");
  BOOST_TEST(goal("softmax.accurate.scalar/float32/2000x5/all") ==
             "at least 1e-06 times as fast as softmax.accurate.scalar on one thread");
}

// A library is not timed where a grid leaves it out, except as the reference of a claim.
BOOST_AUTO_TEST_CASE(a_grid_that_leaves_a_library_out_does_not_time_it) {
  const Workdir folder("tiny.toml", replaced(config, "shapes = [\"8x5\"]\n",
                                             "shapes = [\"8x5\"]\nbut_not = [\"*.onednn*\"]\n") +
                                        "at_least_times = 1e-6\n");
  folder.exits(0, "$MAXTRICK run tiny.toml -o out");
  for (const Cells& row : rows_of(folder.read("out/" + tiny_table))) {
    BOOST_TEST(!row.at("variant").ends_with(".onednn"));
    if (row.at("threads") == "1") BOOST_TEST(!row.at("best_library").ends_with(".onednn"));
  }
}

BOOST_AUTO_TEST_CASE(errors_in_a_config_have_their_place) {
  const auto rejected = [](const std::string& from, const std::string& to,
                           const std::string& message) {
    check_rejected(replaced(config + "at_least_times = 2\n", from, to), {message});
  };
  rejected("variants = [\"softmax.accurate.scalar\"]\n",
           "variants = [\"softmax.accurate.scalar\"]\nclasses = [6, 9]\n",
           "t.toml:29:12: error: no case of this config meets this claim");
  rejected("at_least_times = 2", "at_most_times = 2\nat_least_times = 2",
           "two limits in one table");
  rejected("at_least_times = 2", "at_least_times = 2\nreference = \"softmx.*\"",
           "t.toml:31:13: error: unknown variant 'softmx.accurate.scalar'");
  rejected("at_least_times = 2", "at_least_times = 2\nclasses = [5]", "no range of classes");
  rejected("at_least_times = 2", "", "at_least_times");
  rejected("[\"8x5\"]", "[\"8y5\"]", "t.toml:21:11: error: '8y5' is no shape");
  rejected("[\"8x5\"]", "[\"8x5@2\"]", "t.toml:21:11: error: '8x5@2' is no shape");
  rejected("threads = [\"1\"]\n", "threads = [\"1\"]\ndtypes = [\"float8\"]\n", "float8");
  rejected("threads = [\"1\"]\n", "threads = [\"1\"]\nonly = [\"*.scaler\"]\n",
           "'*.scaler' matches nothing that can be timed");
  rejected("at_least_times = 2", "at_least_times = 2\nreference_shape = \"first axis\"",
           "'first axis' is no shape");
  rejected("at_least_times = 2", "at_least_times = 2\nreference_threads = \"all\"", "all");
  rejected("at_least_times = 2",
           "at_least_times = 2\nreference = \"*.onednn\"\nreference_dtype = \"float64\"",
           "'softmax.onednn' has no float64");
  rejected("[\"8x5\"]", "[\"8x5\", \"8x6\", \"8x5\"]", "'8x5' is named twice");
  rejected("threads = [\"1\"]\n", "threads = [\"1\"]\nbut_not = [\"*.scaler\"]\n",
           "t.toml:24:12: error: '*.scaler' matches nothing that can be timed");
  rejected("softmax.onednn*", "softmax.nodnn", "'softmax.nodnn' matches nothing that can be timed");
  rejected("logits = [\"plain\", \"masked\"]", "logits = [\"plan\"]", "plan");
  rejected("repetitions = 6", "repetitions = 5", "6");
}

BOOST_AUTO_TEST_SUITE_END()
