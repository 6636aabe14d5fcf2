// The experiment `speed`, run as a user runs it, on little; of times only that they are there.
#include <boost/test/unit_test.hpp>

#include "io/csv.hpp"
#include "program.hpp"
#include "table/interval.hpp"
#include "table/table.hpp"
#include "tiny_speed.hpp"

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

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Exit code and messages of a run with that claim, whose table goes to "out".
Said run_program(const Folder& folder, const std::string& claim) {
  folder.write("tiny.toml", config + claim);
  return shell("$MAXTRICK run tiny.toml -o out", folder.path());
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_run_writes_every_row_in_the_folder_of_the_cpu) {
  const Folder folder;
  const Said said = run_program(folder, "at_least_times = 0.000001\n");
  BOOST_TEST(said.code == 0, said.out << said.err);
  const auto rows = io::parse_csv(io::read_file(folder / ("out/" + tiny_table)));
  // memcpy; three of softmax and one of the loss, on two kinds of logits; ours by all threads.
  BOOST_REQUIRE_EQUAL(rows.size(), 1U + 1 + 2 * 4 + 2);
  const auto& header = rows.front();
  const auto at = [&](const std::vector<std::string>& row, const std::string& column) {
    return row.at(
        static_cast<std::size_t>(std::find(header.begin(), header.end(), column) - header.begin()));
  };
  std::size_t judged = 0;
  for (auto row = rows.begin() + 1; row != rows.end(); ++row) {
    BOOST_TEST(at(*row, "outcome") == "ok");
    BOOST_TEST(std::stod(at(*row, "time_ns")) > 0);
    BOOST_TEST(table::parse_interval(at(*row, "memcpy_share")).has_value());
    if (at(*row, "op") != "copy") BOOST_TEST(table::parse_interval(at(*row, "speed")).has_value());
    judged += at(*row, "verdict") == "holds";
  }
  BOOST_TEST(judged == 1U);  // masked logits, and all threads, are others
  const std::string md = io::read_file(folder / ("out/speed/" + run::cpu_folder() + "/tiny.md"));
  BOOST_TEST(contains(md, "## What is claimed\n"));
  BOOST_TEST(contains(md, "at least 1e-06 times as fast as softmax.onednn"));
  BOOST_TEST(
      contains(io::read_file(folder / ("out/speed/" + run::cpu_folder() + "/tiny.manifest.json")),
               "Google Benchmark"));
}

BOOST_AUTO_TEST_CASE(check_measures_anew_and_holds_the_claims_only) {
  const Folder folder;
  BOOST_TEST(run_program(folder, "at_least_times = 1000000\n").code == 3);
  Said said = shell("$MAXTRICK check tiny.toml --baseline out", folder.path());
  BOOST_TEST(said.code == 3);
  BOOST_TEST(contains(said.out,
                      "column verdict: expected at least 1000000 times as fast as "
                      "softmax.onednn, got "));
  BOOST_TEST(contains(said.out,
                      "again: maxtrick run tiny.toml --filter "
                      "'^softmax/softmax\\.accurate\\.scalar/8x5/1/plain$'"));
  // Without a table of this machine the claims are held all the same.
  said = shell("$MAXTRICK check tiny.toml --baseline .", folder.path());
  BOOST_TEST(said.code == 3);
  BOOST_TEST(contains(said.out, "not all hold; there is no table of this machine"));
  // Other times than the baseline's are no findings.
  BOOST_TEST(run_program(folder, "at_least_times = 0.000001\n").code == 0);
  said = shell("$MAXTRICK check tiny.toml --baseline out", folder.path());
  BOOST_TEST(said.code == 0, said.out << said.err);
  // An interval of no width is never had.
  folder.write("tiny.toml", config + "at_least_times = 0.000001\n");
  BOOST_TEST(shell("$MAXTRICK run tiny.toml --set widest_interval=0", folder.path()).code == 4);
}

BOOST_AUTO_TEST_CASE(a_filter_measures_a_case_and_what_it_is_compared_with) {
  const Folder folder;
  folder.write("tiny.toml", config + "at_least_times = 0.000001\n");
  const Said said =
      shell("$MAXTRICK run tiny.toml --filter '^softmax/softmax.accurate.scalar/8x5/1/plain$'",
            folder.path());
  BOOST_TEST(said.code == 0);
  BOOST_TEST(contains(said.out, "holds"));
  BOOST_TEST(!contains(said.out, "masked"));
}

// A launch that is not done in time costs its own rows.
BOOST_AUTO_TEST_CASE(a_launch_that_fails_is_a_skip) {
  const Folder folder;
  std::string slow = config + "at_least_times = 0.000001\n";
  slow.replace(slow.find("launch_limit_s = 60"), 19, "launch_limit_s = 1 ");
  slow.replace(slow.find("min_time_ms = 0.2"), 17, "min_time_ms = 9000");
  folder.write("tiny.toml", slow);
  const Said said = shell(
      "$MAXTRICK run tiny.toml --filter '^softmax/softmax.(accurate.scalar|onednn)/8x5/1/plain$'",
      folder.path());
  BOOST_TEST(said.code == 5);
  BOOST_TEST(contains(said.err,
                      "2 of 2 rows skipped: launch 1 of 2 of 8x5 (one thread, any ISA) "
                      "not done after 1 s"));
}

BOOST_AUTO_TEST_CASE(errors_in_a_config_have_their_place) {
  const Folder folder;
  const auto said = [&](const std::string& from, const std::string& to) {
    std::string text = config + "at_least_times = 2\n";
    const auto at = text.find(from);
    BOOST_REQUIRE(at != std::string::npos);
    folder.write("tiny.toml", text.replace(at, from.size(), to));
    const Said result = shell("$MAXTRICK run tiny.toml", folder.path());
    BOOST_TEST(result.code == 2);
    return result.err;
  };
  BOOST_TEST(contains(said("variants = [\"softmax.accurate.scalar\"]\n",
                           "variants = [\"softmax.accurate.scalar\"]\nclasses = [6, 9]\n"),
                      "tiny.toml:28:12: error: no case of this config meets this claim"));
  BOOST_TEST(contains(said("at_least_times = 2", "at_most_times = 2\nat_least_times = 2"),
                      "two claims in one table"));
  BOOST_TEST(contains(said("at_least_times = 2", "at_least_times = 2\nreference = \"softmx.*\""),
                      "tiny.toml:30:13: error: unknown variant 'softmx.accurate.scalar'"));
  BOOST_TEST(contains(said("at_least_times = 2", "at_least_times = 2\nclasses = [5]"),
                      "no range of classes"));
  BOOST_TEST(contains(said("at_least_times = 2", ""), "at_least_times"));
  BOOST_TEST(contains(said("[\"8x5\"]", "[\"8y5\"]"), "tiny.toml:20:11: error: '8y5' is no shape"));
  BOOST_TEST(contains(said("[\"8x5\"]", "[\"8x5\", \"8x6\", \"8x5\"]"), "'8x5' is named twice"));
  BOOST_TEST(contains(said("threads = [\"1\"]\n", "threads = [\"1\"]\nbut_not = [\"*.scaler\"]\n"),
                      "tiny.toml:23:12: error: '*.scaler' matches nothing that can be timed"));
  BOOST_TEST(contains(said("softmax.onednn*", "softmax.nodnn"),
                      "'softmax.nodnn' matches nothing that can be timed"));
  BOOST_TEST(contains(said("logits = [\"plain\", \"masked\"]", "logits = [\"plan\"]"), "plan"));
  BOOST_TEST(contains(said("repetitions = 6", "repetitions = 5"), "6"));
}
