// The exit codes that need an experiment of the tests' own: too slow, too noisy, skipped, thrown.
#include <boost/test/unit_test.hpp>

#include "program.hpp"

BOOST_AUTO_TEST_SUITE(exit_code_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// The folder's probe.toml, whose cases do what is said.
void write(const Folder& folder, const std::vector<std::string>& does) {
  folder.write(
      "probe.toml",
      "experiment = \"probe\"\ntitle = \"Probe\"\ndescription = \"-\"\nfrom = \"probe.txt\"\n");
  folder.write("probe.txt", fmt::format("{}\n", fmt::join(does, "\n")));
}

// Exit code of `check` where the cases do something else than when the baseline was made.
int check(const std::vector<std::string>& baseline, const std::vector<std::string>& now) {
  const Folder folder;
  write(folder, baseline);
  BOOST_REQUIRE_EQUAL(shell("$PROBE run probe.toml", folder.path()).code, 0);
  write(folder, now);
  return shell("$PROBE check probe.toml", folder.path()).code;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_claim_is_held_whatever_the_baseline_says) {
  const std::string holds = "holds", missed = "missed", noisy = "noisy";
  BOOST_TEST(check({holds}, {holds}) == 0);
  BOOST_TEST(check({holds}, {missed}) == 3);
  BOOST_TEST(check({holds}, {noisy}) == 4);
  BOOST_TEST(check({holds}, {"unjudged"}) == 5);
  // What is certain is told before what is not; a wrong number before a slow one.
  BOOST_TEST(check({holds, holds}, {noisy, missed}) == 3);
  BOOST_TEST(check({holds, "2"}, {missed, "nan"}) == 1);
  BOOST_TEST(check({holds, holds}, {missed, "skip"}) == 3);
  // A table of slow rows is made, told of and compared all the same.
  const Folder folder;
  write(folder, {missed, noisy});
  for (const std::string command : {"run", "check", "accept"}) {
    const Said said = shell_exits(3, "$PROBE " + command + " probe.toml", folder.path());
    BOOST_TEST(contains(said.out, "row r1, column verdict"), command);
  }
}

BOOST_AUTO_TEST_CASE(what_is_asked_for_only_where_it_is_there_leaves_nothing_incomplete) {
  BOOST_TEST(check({"1", "2"}, {"1", "optional"}) == 0);
  const Folder folder;
  write(folder, {"1", "optional"});
  const Said said = shell_exits(0, "$PROBE run probe.toml", folder.path());
  BOOST_TEST(contains(said.err, "1 of 2 rows skipped: this machine lacks it"));
}

// A config that says so has no part in what runs unnamed.
BOOST_AUTO_TEST_CASE(some_configs_run_by_name_only) {
  const Folder folder;
  folder.write("lines.txt", "1\n");
  const std::string probe =
      "experiment = \"probe\"\ntitle = \"P\"\ndescription = \"-\"\nfrom = \"lines.txt\"\n";
  folder.write("configs/a.toml", probe);
  folder.write("configs/slow.toml", probe + "by_name_only = true\n");
  for (const std::string command : {"run", "check"}) {
    const Said said = shell_exits(0, "$PROBE " + command, folder.path());
    BOOST_TEST(said.err == "configs/slow.toml: left out: it runs only where it is named\n");
    BOOST_TEST(!std::filesystem::exists(folder / "results/slow.csv"));
  }
  BOOST_TEST(shell("$PROBE run configs/slow.toml", folder.path()).code == 0);
  BOOST_TEST(std::filesystem::exists(folder / "results/slow.csv"));
  folder.write("configs/slow.toml", probe + "by_name_only = 1\n");
  BOOST_TEST(shell("$PROBE check", folder.path()).code == 2);
}

BOOST_AUTO_TEST_CASE(a_skipped_case_is_incomplete_and_its_row_is_kept) {
  BOOST_TEST(check({"2", "2"}, {"2", "skip"}) == 5);
  const Folder folder;
  write(folder, {"2", "2"});
  BOOST_TEST(shell("$PROBE run probe.toml", folder.path()).code == 0);
  const std::string before = io::read_file(folder / "results/probe.csv");
  write(folder, {"3", "skip"});
  for (const std::string command : {"run", "accept"}) {
    const Said said = shell_exits(5, "$PROBE " + command + " probe.toml", folder.path());
    BOOST_TEST(contains(said.err, "1 of 2 rows skipped: this machine lacks it"));
    BOOST_TEST(contains(said.err, "left as it is"));
    BOOST_TEST(io::read_file(folder / "results/probe.csv") == before);
  }
  // Where there is no table yet, the rows that ran are written, and it is said that some are
  // missing.
  BOOST_TEST(shell("$PROBE run probe.toml -o new", folder.path()).code == 5);
  BOOST_TEST(io::read_file(folder / "new/probe.csv") == "name,text,verdict\nr0,3,\n");
}

BOOST_AUTO_TEST_CASE(a_case_that_throws_is_an_error_and_nothing_is_written) {
  // Also where an input is to blame: once rows ran, that is no usage error any more.
  for (const std::string how : {"throw", "input"}) {
    const Folder folder;
    write(folder, {"2", how});
    const Said said = shell_exits(6, "$PROBE run probe.toml", folder.path());
    BOOST_TEST(said.err == "maxtrick: case r1: out of luck\n");
    BOOST_TEST(!std::filesystem::exists(folder / "results"));
    BOOST_TEST(check({"2", "2"}, {"2", how}) == 6);
  }
}

// A run says what it measured, also where theory does not allow it; but that is no baseline.
BOOST_AUTO_TEST_CASE(a_number_above_its_bound_fails_the_run) {
  const Folder folder;
  const auto measures = [&](const std::string& number) {
    folder.write("probe.toml",
                 "experiment = \"probe\"\ntitle = \"Probe\"\ndescription = \"-\"\nat_most = \"2\"\n"
                 "from = \"probe.txt\"\n");
    folder.write("probe.txt", number + "\n");
  };
  measures("2");
  BOOST_TEST(shell("$PROBE run probe.toml && $PROBE check probe.toml", folder.path()).code == 0);
  measures("2.5");
  const std::string beyond =
      "results/probe.csv: row r0, column text: expected at most 2, got 2.5, allowed what theory "
      "bounds (column at_most)\n";
  const Said accepted = shell_exits(1, "$PROBE accept probe.toml", folder.path());
  BOOST_TEST(accepted.out.starts_with(beyond));
  BOOST_TEST(io::read_file(folder / "results/probe.csv") == "name,text,verdict,at_most\nr0,2,,2\n");
  for (const std::string command :
       {"check probe.toml", "run probe.toml --filter r0", "run probe.toml"}) {
    const Said said = shell_exits(1, "$PROBE " + command, folder.path());
    BOOST_TEST(said.out.starts_with(beyond));
  }
  BOOST_TEST(io::read_file(folder / "results/probe.csv") ==
             "name,text,verdict,at_most\nr0,2.5,,2\n");
}

// What the kernels may use is the user's to say, and what they cannot use is said.
BOOST_AUTO_TEST_CASE(an_instruction_set_is_forced_by_name) {
  const Folder folder;
  const Said unknown = shell_exits(2, "MAXTRICK_ISA=avx3 $MAXTRICK list", folder.path());
  BOOST_TEST(unknown.out.empty());
  BOOST_TEST(unknown.err ==
             "maxtrick: MAXTRICK_ISA=avx3: no instruction set; expected scalar, avx2 or avx512\n");
  const Said forced = shell_exits(
      5, "MAXTRICK_ISA=scalar $MAXTRICK eval softmax --logits 0,0 --variant '*.accurate.avx2'",
      folder.path());
  const Said scalar = shell_exits(
      0, "MAXTRICK_ISA=scalar $MAXTRICK eval softmax --logits 0,0 --variant '*.accurate.scalar'",
      folder.path());
}

BOOST_AUTO_TEST_CASE(the_version_names_what_computes) {
  const Folder folder;
  const Said said = shell_exits(0, "MAXTRICK_ISA=scalar $MAXTRICK --version", folder.path());
  for (const char* part : {"maxtrick 0.", "\ncommit ", "\n  scalar  available\n",
                           "\n  avx512  not available: ", "\n  MPFR ", "\n  OpenBLAS ",
                           "\n  oneDNN ", "\n  Google Benchmark ", "\n  glibc "})
    BOOST_TEST(contains(said.out, part), part);
  // What is wrong with the environment keeps nobody from help.
  BOOST_TEST(shell("MAXTRICK_ISA=avx3 $MAXTRICK --help", folder.path()).code == 0);
}

BOOST_AUTO_TEST_SUITE_END()
