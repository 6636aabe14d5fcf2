// A run that is killed and then resumed, as a user does it.
#include "io/files.hpp"
#include "killed_run.hpp"

BOOST_AUTO_TEST_SUITE(resume_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// A folder whose configs/ is that of the project.
struct WithConfigs : WorkdirWithCache {
  WithConfigs() {
    std::filesystem::create_directory_symlink(
        std::filesystem::path(MAXTRICK_SOURCE_DIR) / "configs", *this / "configs");
  }
};

// Returns the number of rows that the run of `name` reports to have taken from an earlier run.
std::size_t rows_were_there(const Said& said, const std::string& name = "shift") {
  BOOST_TEST(said.err.starts_with(name + ": "), said.err);
  BOOST_TEST(said.err.ends_with(" rows were computed before\n"), said.err);
  return std::stoul(said.err.substr(name.size() + 2));
}

// Checks that a run of `config` that was killed with SIGKILL after some rows, and then resumed,
// gives the same table as an undisturbed run, and that no checkpoint is left.
void is_the_same_after_a_kill(const std::string& config, const std::string& name) {
  const WithConfigs folder;
  const Said killed = folder.run(
      killed_after(9, name + "/rows.*.parts", "$MAXTRICK run " + config + " -o killed -j 2") +
      " && [ ! -e killed/" + name + ".csv ]");
  BOOST_REQUIRE(killed.code == 0);
  const Said again = folder.exits(0, "$MAXTRICK run " + config + " -o killed -j 2 --resume");
  BOOST_TEST(rows_were_there(again, name) >= 9U);
  const Said whole = folder.run("find cache -type f; $MAXTRICK run " + config + " -o whole -j 1");
  BOOST_TEST(whole.out.starts_with("whole/"), whole.out);
  for (const std::string ending : {".csv", ".md"})
    BOOST_TEST(folder.read("killed/" + name + ending) == folder.read("whole/" + name + ending));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_killed_run_ends_in_the_same_table) {
  is_the_same_after_a_kill("configs/shift.toml --set classes=[10,100]", "shift");
}

// Cases that share the expensive computation: the seeds of a training arm.
BOOST_AUTO_TEST_CASE(a_killed_training_ends_in_the_same_table) {
  is_the_same_after_a_kill("configs/breaking.toml --set seeds=1", "breaking");
}

// A user who forgets --resume is told before the run starts computing, and loses nothing by killing
// that run.
BOOST_AUTO_TEST_CASE(what_was_not_asked_for_is_there_still) {
  const WithConfigs folder;
  const std::string run = "$MAXTRICK run configs/shift.toml --set classes=[10,100] -o out -j 2";
  const Said told = folder.run(killed_after(9, "shift/rows.*.parts", run + " 2>said") + " && { " +
                               killed_once("grep -q . said", run + " 2>said") + "; } && cat said");
  BOOST_REQUIRE(told.code == 0);
  told.out_has(" rows are in ")
      .out_has(
          "cache/maxtrick/shift, from an unfinished run. They are computed again; "
          "--resume would use them");
  const Said again = folder.exits(0, run + " --resume");
  const std::size_t rows = std::stoul(told.out.substr(std::string("shift: ").size()));
  BOOST_TEST(rows >= 9U);
  BOOST_TEST(rows_were_there(again) >= rows);
  folder.run("find cache -type f").out_is("");
}

// A check writes no table. It leaves the checkpoints of a run alone and has its own.
BOOST_AUTO_TEST_CASE(a_check_leaves_a_run_what_it_had) {
  const WithConfigs folder;
  BOOST_REQUIRE(
      folder
          .run("sed 's/^classes = .*/classes = [10, 100]/' configs/shift.toml >shift.toml && ! "
               "cmp -s configs/shift.toml shift.toml && $MAXTRICK run shift.toml -o baseline")
          .code == 0);
  const auto killed = [&](const std::string& command, const std::string& kept) {
    return folder.run(killed_after(9, kept + "/rows.*.parts", "$MAXTRICK " + command)).code;
  };
  const std::string run = "run shift.toml -j 2 -o out",
                    check = "check shift.toml -j 2 --baseline baseline";
  BOOST_REQUIRE(killed(run, "shift") == 0);
  BOOST_REQUIRE(killed(check, "shift/check") == 0);
  for (const std::string& command : {check, run})
    BOOST_TEST(rows_were_there(folder.exits(0, "$MAXTRICK " + command + " --resume")) >= 9U);
  folder.run("find cache -type f").out_is("");
}

BOOST_AUTO_TEST_CASE(without_the_option_a_run_starts_anew) {
  const WithConfigs folder;
  const std::string run = "$MAXTRICK run configs/published.toml --filter ^L1 ";
  // With --resume, the run also reports that there were no rows.
  const Said first = folder.run(run + "--resume");
  BOOST_TEST(first.err.find("published: 0 of ") == 0U, first.err);
  folder.run(run).out_is(first.out);
}

// The times of two runs must not be mixed in one table, so such a table is always computed from the
// start.
BOOST_AUTO_TEST_CASE(a_table_of_times_starts_anew) {
  const WithConfigs folder;
  folder
      .run(
          "$MAXTRICK run configs/backends.toml --resume --filter nothing-like-it; "
          "$MAXTRICK run configs/speed.toml --resume --set launches=1 "
          "--filter '^softmax/softmax.accurate.scalar/float32/4096x2/1/plain$'")
      .err_has("speed: starts from the beginning, because its times are compared within one run\n");
}

// If no checkpoint can be stored, for example because there is no home folder, only a run with
// --resume says so.
BOOST_AUTO_TEST_CASE(where_nothing_can_be_kept_only_who_asked_is_told) {
  const WithConfigs folder;
  const std::string run =
      "unset HOME XDG_CACHE_HOME; $MAXTRICK run configs/published.toml --filter ^L1 ";
  folder.run(run).err_lacks("kept");
  BOOST_TEST(
      folder.run(run + "--resume")
          .err.starts_with(
              "published: rows are not stored, so that a killed run cannot be resumed: neither"));
}

BOOST_AUTO_TEST_SUITE_END()
