// A run that is killed and gone on with, as a user does it.
#include <boost/test/unit_test.hpp>

#include "io/files.hpp"
#include "killed_run.hpp"

BOOST_AUTO_TEST_SUITE(resume_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

Said in(const Folder& folder, const std::string& command) {
  return shell_with_cache(folder, command);
}

// In the folder, configs/ are the project's.
void link_configs(const Folder& folder) {
  std::filesystem::create_directory_symlink(std::filesystem::path(MAXTRICK_SOURCE_DIR) / "configs",
                                            folder / "configs");
}

// The table of `config` from a run that was killed with SIGKILL, once some of its rows were there,
// and gone on with, is that of an undisturbed one; nothing is left of either.
void is_the_same_after_a_kill(const std::string& config, const std::string& name) {
  const Folder folder;
  link_configs(folder);
  const Said killed = in(folder, killed_after(9, name + "/rows.*.parts",
                                              "$MAXTRICK run " + config + " -o killed -j 2") +
                                     " && [ ! -e killed/" + name + ".csv ]");
  BOOST_REQUIRE(killed.code == 0);
  const Said again = in(folder, "$MAXTRICK run " + config + " -o killed -j 2 --resume");
  BOOST_TEST(again.code == 0, again.err);
  BOOST_TEST(again.err.starts_with(name + ": "), again.err);
  BOOST_TEST(again.err.ends_with(" rows were there\n"), again.err);
  BOOST_TEST(std::stoul(again.err.substr(name.size() + 2)) >= 9U);
  const Said whole = in(folder, "find cache -type f; $MAXTRICK run " + config + " -o whole -j 1");
  BOOST_TEST(whole.out.starts_with("whole/"), whole.out);
  for (const std::string ending : {".csv", ".md"})
    BOOST_TEST(io::read_file(folder / ("killed/" + name + ending)) ==
               io::read_file(folder / ("whole/" + name + ending)));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_killed_run_ends_in_the_same_table) {
  is_the_same_after_a_kill("configs/shift.toml --set classes=[10,100]", "shift");
}

// Cases that share what takes time: the seeds of a training arm.
BOOST_AUTO_TEST_CASE(a_killed_training_ends_in_the_same_table) {
  is_the_same_after_a_kill("configs/breaking.toml --set seeds=1", "breaking");
}

// Whoever forgets the option is told before he waits, and has lost nothing when he kills that run.
BOOST_AUTO_TEST_CASE(what_was_not_asked_for_is_there_still) {
  const Folder folder;
  link_configs(folder);
  const std::string run = "$MAXTRICK run configs/shift.toml --set classes=[10,100] -o out -j 2";
  const Said told =
      in(folder, killed_after(9, "shift/rows.*.parts", run + " 2>said") + " && { " +
                     killed_once("grep -q . said", run + " 2>said") + "; } && cat said");
  BOOST_REQUIRE(told.code == 0);
  BOOST_TEST(contains(told.out, " rows are in "), told.out);
  BOOST_TEST(contains(told.out,
                      "cache/maxtrick/shift, of a run that did not end: they are computed "
                      "again; --resume takes them"),
             told.out);
  const Said again = in(folder, run + " --resume");
  BOOST_TEST(again.code == 0, again.err);
  BOOST_TEST(again.err.ends_with(" rows were there\n"), again.err);
  const auto count = [](const std::string& text) {
    return std::stoul(text.substr(std::string("shift: ").size()));
  };
  BOOST_TEST(count(told.out) >= 9U);
  BOOST_TEST(count(again.err) >= count(told.out));
  BOOST_TEST(in(folder, "find cache -type f").out == "");
}

// A check writes no table: what a run has left is there after it, and what a check has left is its
// own.
BOOST_AUTO_TEST_CASE(a_check_leaves_a_run_what_it_had) {
  const Folder folder;
  link_configs(folder);
  BOOST_REQUIRE(in(folder,
                   "sed 's/^classes = .*/classes = [10, 100]/' configs/shift.toml >shift.toml && ! "
                   "cmp -s configs/shift.toml shift.toml && "
                   "$MAXTRICK run shift.toml -o baseline")
                    .code == 0);
  const auto killed = [&](const std::string& command, const std::string& kept) {
    return in(folder, killed_after(9, kept + "/rows.*.parts", "$MAXTRICK " + command)).code;
  };
  const std::string run = "run shift.toml -j 2 -o out",
                    check = "check shift.toml -j 2 --baseline baseline";
  BOOST_REQUIRE(killed(run, "shift") == 0);
  BOOST_REQUIRE(killed(check, "shift/check") == 0);
  const auto had = [](const Said& said) {
    BOOST_TEST(said.code == 0, said.out << said.err);
    BOOST_TEST(said.err.ends_with(" rows were there\n"), said.err);
    return std::stoul(said.err.substr(std::string("shift: ").size()));
  };
  BOOST_TEST(had(in(folder, "$MAXTRICK " + check + " --resume")) >= 9U);
  BOOST_TEST(had(in(folder, "$MAXTRICK " + run + " --resume")) >= 9U);
  BOOST_TEST(in(folder, "find cache -type f").out == "");
}

BOOST_AUTO_TEST_CASE(without_the_option_a_run_starts_anew) {
  const Folder folder;
  link_configs(folder);
  const std::string run = "$MAXTRICK run configs/published.toml --filter ^L1 ";
  // Nothing was there, and it says so where it was asked for.
  const Said first = in(folder, run + "--resume");
  BOOST_TEST(first.err.find("published: 0 of ") == 0U, first.err);
  BOOST_TEST(in(folder, run).out == first.out);
}

// Times of two runs are not compared.
BOOST_AUTO_TEST_CASE(a_table_of_times_starts_anew) {
  const Folder folder;
  link_configs(folder);
  const Said said = in(folder,
                       "$MAXTRICK run configs/backends.toml --resume --filter nothing-like-it; "
                       "$MAXTRICK run configs/speed.toml --resume --set launches=1 "
                       "--filter '^softmax/softmax.accurate.scalar/4096x2/1/plain$'");
  BOOST_TEST(contains(said.err, "speed: starts anew: its times are compared within one run\n"),
             said.err);
}

// Whoever has no home is not told so at every run, only where it matters.
BOOST_AUTO_TEST_CASE(where_nothing_can_be_kept_only_who_asked_is_told) {
  const Folder folder;
  link_configs(folder);
  const std::string run =
      "unset HOME XDG_CACHE_HOME; $MAXTRICK run configs/published.toml --filter ^L1 ";
  BOOST_TEST(shell(run, folder.path()).err.find("kept") == std::string::npos);
  BOOST_TEST(
      shell(run + "--resume", folder.path())
          .err.starts_with(
              "published: rows are not kept, and a run that is killed starts anew: neither"));
}

BOOST_AUTO_TEST_SUITE_END()
