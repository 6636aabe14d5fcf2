// What a user's kernels start ends with the run, however the run ends, and what they print is not in
// its output.
#include "killed_run.hpp"
#include "test_plugins.hpp"
#include "tiny_speed.hpp"

BOOST_AUTO_TEST_SUITE(supervisor_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// Runs of the program whose processes, and what these start, can be told from all others by a
// variable of their environment.
struct MarkedRun : Workdir {
  using Workdir::Workdir;

  [[nodiscard]] std::string mark() const { return "MARK=" + path().string(); }
  [[nodiscard]] std::string eval(const std::string& algorithm) const {
    return mark() + " $MAXTRICK eval softmax --logits 1,2 --format csv --variant 'softmax." +
           algorithm + ".*'" + option("escapes");
  }
  // Shell commands that fail if a process with the mark is still there after a minute, and end it.
  [[nodiscard]] std::string nothing_left() const {
    return "left() { grep -lszxF '" + mark() +
           "' /proc/[0-9]*/environ; }\n"
           "for i in $(seq 600); do [ -n \"$(left)\" ] || exit 0; sleep 0.1; done\n"
           "for id in $(left | grep -o '[0-9]*'); do kill -9 $id; done; exit 9";
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_outlives_a_run_that_is_killed) {
  for (const std::string algorithm :
       {"blocks_signals", "leaves_a_child_and_spins", "keeps_forking"}) {
    const MarkedRun folder;
    folder.exits(0, killed_once("[ -e here ]", folder.eval(algorithm) + " --plugin-limit 600") +
                        " && {\n" + folder.nothing_left() + "\n}");
    BOOST_TEST(folder.has("here"), algorithm);
  }
}

BOOST_AUTO_TEST_CASE(nothing_outlives_a_run_that_ends) {
  const std::map<std::string, std::string> said{
      {"leaves_a_child", ""},
      {"leaves_a_child_and_dies", "killed by signal 6 (Aborted)"},
      {"leaves_a_child_and_spins", "not done after 2 s"}};
  for (const auto& one : said) {
    const MarkedRun folder;
    const bool fails = !one.second.empty();
    const std::string limit = one.first == "leaves_a_child_and_spins" ? " --plugin-limit 2" : "";
    folder
        .exits(fails ? 5 : 0, folder.eval(one.first) + limit + "\ncode=$?\n(" +
                                  folder.nothing_left() + ") && exit $code")
        .err_has(fails ? "softmax." + one.first + ".scalar: " + one.second + "\n" : "");
  }
}

BOOST_AUTO_TEST_CASE(nothing_outlives_a_launch) {
  const MarkedRun folder("tiny.toml", tiny_speed + "variants = [\"softmax.onednn\"]\n" + tiny_grid);
  folder.exits(0, folder.mark() + " $MAXTRICK run tiny.toml -o out --filter 'leaves_a_child[.]'" +
                      option("escapes") + " && {\n" + folder.nothing_left() + "\n}");
  BOOST_TEST(folder.has("here"));
  BOOST_TEST(rows_of(folder.read("out/" + tiny_table)).at(0).at("time_ns") != "");
}

// A kernel that ends other processes ends its own only.
BOOST_AUTO_TEST_CASE(a_run_outlives_what_kills_its_group_or_its_parent) {
  for (const std::string algorithm : {"kills_its_group", "kills_its_parent"}) {
    const MarkedRun folder;
    folder
        .exits(5,
               folder.eval(algorithm) + "\ncode=$?\n(" + folder.nothing_left() + ") && exit $code")
        .err_has("softmax." + algorithm + ".scalar: killed by signal 9 (Killed)\n");
  }
}

BOOST_AUTO_TEST_CASE(what_is_printed_is_not_in_the_output) {
  const MarkedRun folder;
  // The shell leaves another descriptor open that leads to the output.
  folder.exits(0, folder.eval("prints") + " 9>&1")
      .out_lacks("printed")
      .out_has("0,softmax.prints.scalar,float32,ok,")
      .err_has("printed by printf\n")
      .err_has("printed\n");
  folder.exits(0, "echo input | " + folder.eval("reads_stdin"))
      .out_has("0,softmax.reads_stdin.scalar,float32,ok,");
}

BOOST_AUTO_TEST_SUITE_END()
