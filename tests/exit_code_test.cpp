// The exit codes that need an experiment of the tests' own: too slow, too noisy, skipped, thrown.
#include <boost/test/unit_test.hpp>

#include "program.hpp"

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

const std::string fast = "2 [1.9, 2.1]", same = "1.95 [1.85, 2.05]", slow = "1.5 [1.4, 1.6]",
                  noisy = "1.5 [1, 2]";

}  // namespace

BOOST_AUTO_TEST_CASE(ratios_are_judged_by_their_intervals) {
  BOOST_TEST(check({fast}, {fast}) == 0);
  BOOST_TEST(check({fast}, {same}) == 0);
  BOOST_TEST(check({slow}, {fast}) == 0);
  BOOST_TEST(check({fast}, {slow}) == 3);
  BOOST_TEST(check({fast}, {noisy}) == 4);
  // What is certain is told before what is not; a wrong number before a slow one.
  BOOST_TEST(check({fast, fast}, {noisy, slow}) == 3);
  BOOST_TEST(check({fast, fast}, {slow, "nan"}) == 1);
  BOOST_TEST(check({fast, fast}, {slow, "skip"}) == 3);
}

BOOST_AUTO_TEST_CASE(a_skipped_case_is_incomplete_and_its_row_is_kept) {
  BOOST_TEST(check({fast, fast}, {fast, "skip"}) == 5);
  const Folder folder;
  write(folder, {fast, fast});
  BOOST_TEST(shell("$PROBE run probe.toml", folder.path()).code == 0);
  const std::string before = suite::read_file(folder / "results/probe.csv");
  write(folder, {slow, "skip"});
  for (const std::string command : {"run", "accept"}) {
    const Said said = shell("$PROBE " + command + " probe.toml", folder.path());
    BOOST_TEST(said.code == 5);
    BOOST_TEST(said.err.find("1 of 2 rows skipped: this machine lacks it") != std::string::npos);
    BOOST_TEST(said.err.find("left as it is") != std::string::npos);
    BOOST_TEST(suite::read_file(folder / "results/probe.csv") == before);
  }
  // Where there is no table yet, the rows that ran are written, and it is said that some are
  // missing.
  BOOST_TEST(shell("$PROBE run probe.toml -o new", folder.path()).code == 5);
  BOOST_TEST(suite::read_file(folder / "new/probe.csv") == "name,speed\nr0,\"1.5 [1.4, 1.6]\"\n");
}

BOOST_AUTO_TEST_CASE(a_case_that_throws_is_an_error_and_nothing_is_written) {
  const Folder folder;
  write(folder, {fast, "throw"});
  const Said said = shell("$PROBE run probe.toml", folder.path());
  BOOST_TEST(said.code == 6);
  BOOST_TEST(said.err == "maxtrick: case r1: out of luck\n");
  BOOST_TEST(!std::filesystem::exists(folder / "results"));
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
      "results/probe.csv: row r0, column speed: expected at most 2, got 2.5, allowed what theory "
      "bounds (column at_most)\n";
  const Said accepted = shell("$PROBE accept probe.toml", folder.path());
  BOOST_TEST(accepted.code == 1);
  BOOST_TEST(accepted.out.starts_with(beyond));
  BOOST_TEST(suite::read_file(folder / "results/probe.csv") == "name,speed,at_most\nr0,2,2\n");
  for (const std::string command :
       {"check probe.toml", "run probe.toml --filter r0", "run probe.toml"}) {
    const Said said = shell("$PROBE " + command, folder.path());
    BOOST_TEST(said.code == 1, command);
    BOOST_TEST(said.out.starts_with(beyond));
  }
  BOOST_TEST(suite::read_file(folder / "results/probe.csv") == "name,speed,at_most\nr0,2.5,2\n");
}
