// The exit codes that require the tests' own experiment: too slow, too noisy, skipped, exception.
#include "program.hpp"

BOOST_AUTO_TEST_SUITE(exit_code_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// Writes probe.toml to the folder; its cases do what `does` says.
void write(const Workdir& folder, const std::vector<std::string>& does) {
  folder.write(
      "probe.toml",
      "experiment = \"probe\"\ntitle = \"Probe\"\ndescription = \"-\"\nfrom = \"probe.txt\"\n");
  folder.write("probe.txt", fmt::format("{}\n", fmt::join(does, "\n")));
}

// Returns the exit code of `check` if the cases do `now` but did `baseline` when the baseline was
// made.
int check(const std::vector<std::string>& baseline, const std::vector<std::string>& now) {
  const Workdir folder;
  write(folder, baseline);
  BOOST_REQUIRE_EQUAL(folder.run("$PROBE run probe.toml").code, 0);
  write(folder, now);
  return folder.run("$PROBE check probe.toml").code;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_claim_is_held_whatever_the_baseline_says) {
  const std::string holds = "holds", missed = "missed", noisy = "noisy";
  BOOST_TEST(check({holds}, {holds}) == 0);
  BOOST_TEST(check({holds}, {missed}) == 3);
  BOOST_TEST(check({holds}, {noisy}) == 4);
  BOOST_TEST(check({holds}, {"unjudged"}) == 5);
  // A certain failure has priority over an uncertain one, and a wrong number over a slow one.
  BOOST_TEST(check({holds, holds}, {noisy, missed}) == 3);
  BOOST_TEST(check({holds, "2"}, {missed, "nan"}) == 1);
  BOOST_TEST(check({holds, holds}, {missed, "skip"}) == 3);
  // A table with rows that are too slow is still made, reported and compared.
  const Workdir folder;
  write(folder, {missed, noisy});
  for (const std::string command : {"run", "check", "accept"}) {
    folder.exits(3, "$PROBE " + command + " probe.toml")
        .out_has("row r1: the claim \"r1\" is noisy\n");
  }
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_only_where_it_is_there_leaves_nothing_incomplete) {
  BOOST_TEST(check({"1", "2"}, {"1", "optional"}) == 0);
  const Workdir folder;
  write(folder, {"1", "optional"});
  folder.exits(0, "$PROBE run probe.toml").err_has("1 of 2 rows skipped: this machine lacks it");
}

// On AArch64 the rows of AVX-512 are skipped. Those of NEON are compared with them, and messages name the rows
// that were computed.
BOOST_AUTO_TEST_CASE(a_row_of_neon_is_compared_with_that_of_avx512) {
  const std::vector<std::string> on_x86{"softmax.accurate.avx512=1", "softmax.naive.scalar=2"};
  const auto on_aarch64 = [](const std::string& text) {
    return std::vector<std::string>{"softmax.accurate.avx512=skip", "softmax.accurate.neon=" + text,
                                    "softmax.naive.scalar=2"};
  };
  BOOST_TEST(check(on_x86, on_aarch64("1")) == 5);
  const Workdir folder;
  write(folder, on_x86);
  folder.exits(0, "$PROBE run probe.toml");
  write(folder, on_aarch64("3"));
  folder.exits(1, "$PROBE check probe.toml")
      .out_is(
          "results/probe.csv: row softmax.accurate.neon, column text: expected 1, got 3, allowed exactly that\n"
          "    again: maxtrick run probe.toml --filter '^softmax\\.accurate\\.neon$'\n"
          "results/probe.csv: 2 rows checked, not all hold\n");
  // The baseline has no row of such an algorithm for any instruction set.
  write(folder, {"softmax.accurate.avx512=skip", "softmax.new.neon=1", "softmax.naive.scalar=2"});
  folder.exits(1, "$PROBE check probe.toml").out_has("row softmax.new.neon, expected no such row");
}

// A config that says so is left out of runs without a named config.
BOOST_AUTO_TEST_CASE(some_configs_run_by_name_only) {
  const Workdir folder("lines.txt", "1\n");
  const std::string probe =
      "experiment = \"probe\"\ntitle = \"P\"\ndescription = \"-\"\nfrom = \"lines.txt\"\n";
  folder.write("configs/a.toml", probe);
  folder.write("configs/slow.toml", probe + "by_name_only = true\n");
  for (const std::string command : {"run", "check"}) {
    folder.exits(0, "$PROBE " + command)
        .err_is("configs/slow.toml: left out, because it runs only if it is named\n");
    BOOST_TEST(!folder.has("results/slow.csv"));
  }
  folder.exits(0, "$PROBE run configs/slow.toml");
  BOOST_TEST(folder.has("results/slow.csv"));
  folder.write("configs/slow.toml", probe + "by_name_only = 1\n");
  folder.exits(2, "$PROBE check");
}

BOOST_AUTO_TEST_CASE(a_skipped_case_is_incomplete_and_its_row_is_kept) {
  BOOST_TEST(check({"2", "2"}, {"2", "skip"}) == 5);
  const Workdir folder;
  write(folder, {"2", "2"});
  folder.exits(0, "$PROBE run probe.toml");
  const std::string before = folder.read("results/probe.csv");
  write(folder, {"3", "skip"});
  for (const std::string command : {"run", "accept"}) {
    folder.exits(5, "$PROBE " + command + " probe.toml")
        .err_has("1 of 2 rows skipped: this machine lacks it")
        .err_has("left as it is");
    BOOST_TEST(folder.read("results/probe.csv") == before);
  }
  // If there is no table yet, the rows that ran are written, and the program reports that some are
  // missing.
  folder.exits(5, "$PROBE run probe.toml -o new");
  BOOST_TEST(folder.read("new/probe.csv") == "name,text,verdict\nr0,3,\n");
}

BOOST_AUTO_TEST_CASE(a_case_that_throws_is_an_error_and_nothing_is_written) {
  // This also holds if an input is the cause: once rows have run, it is no longer a usage error.
  for (const std::string how : {"throw", "input"}) {
    const Workdir folder;
    write(folder, {"2", how});
    folder.exits(6, "$PROBE run probe.toml").err_is("maxtrick: case r1: out of luck\n");
    BOOST_TEST(!folder.has("results"));
    BOOST_TEST(check({"2", "2"}, {"2", how}) == 6);
  }
}

// A run reports the measured number even if it exceeds its theoretical bound, but such a table is
// not a baseline.
BOOST_AUTO_TEST_CASE(a_number_above_its_bound_fails_the_run) {
  const Workdir folder;
  const auto measures = [&](const std::string& number) {
    folder.write("probe.toml",
                 "experiment = \"probe\"\ntitle = \"Probe\"\ndescription = \"-\"\nat_most = \"2\"\n"
                 "from = \"probe.txt\"\n");
    folder.write("probe.txt", number + "\n");
  };
  measures("2");
  folder.exits(0, "$PROBE run probe.toml && $PROBE check probe.toml");
  measures("2.5");
  const std::string beyond =
      "results/probe.csv: row r0, column text: expected at most 2, got 2.5, allowed what theory "
      "bounds (column at_most)\n";
  const Said accepted = folder.exits(1, "$PROBE accept probe.toml");
  BOOST_TEST(accepted.out.starts_with(beyond));
  BOOST_TEST(folder.read("results/probe.csv") == "name,text,verdict,at_most\nr0,2,,2\n");
  for (const std::string command :
       {"check probe.toml", "run probe.toml --filter r0", "run probe.toml"}) {
    const Said said = folder.exits(1, "$PROBE " + command);
    BOOST_TEST(said.out.starts_with(beyond));
  }
  BOOST_TEST(folder.read("results/probe.csv") == "name,text,verdict,at_most\nr0,2.5,,2\n");
}

// The user selects the instruction set of the kernels. An instruction set that they cannot use is
// reported.
BOOST_AUTO_TEST_CASE(an_instruction_set_is_forced_by_name) {
  const Workdir folder;
  folder.exits(2, "MAXTRICK_ISA=avx3 $MAXTRICK list")
      .out_is("")
      .err_is(
          "maxtrick: MAXTRICK_ISA=avx3: not an instruction set; expected scalar, avx2, avx512 or "
          "neon\n");
  folder.exits(
      5, "MAXTRICK_ISA=scalar $MAXTRICK eval softmax --logits 0,0 --variant '*.accurate.avx2'");
  folder.exits(
      0, "MAXTRICK_ISA=scalar $MAXTRICK eval softmax --logits 0,0 --variant '*.accurate.scalar'");
}

BOOST_AUTO_TEST_CASE(the_version_names_what_computes) {
  const Workdir folder;
  const Said said = folder.exits(0, "MAXTRICK_ISA=scalar $MAXTRICK --version");
  for (const char* part :
       {"maxtrick 0.", "\ncommit ", "\n  scalar  available\n",
        "\n  avx512  not available: ", "\n  neon    not available: ", "\n  MPFR ", "\n  OpenBLAS ",
        "\n  oneDNN ", "\n  Google Benchmark ", "\n  glibc "})
    said.out_has(part);
  // An invalid environment variable does not prevent --help.
  folder.exits(0, "MAXTRICK_ISA=avx3 $MAXTRICK --help");
}

BOOST_AUTO_TEST_SUITE_END()
