// stdout that cannot be written to is an error of every command.
#include "program.hpp"

BOOST_AUTO_TEST_SUITE(full_device_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// The commands that print, in a folder with p.toml and its table.
const std::vector<std::string> commands{
    "--help",
    "--version",
    "list",
    "list configs",
    "run p.toml",
    "run p.toml -o new",
    "run p.toml --filter r0",
    "run p.toml --dry-run",
    "check p.toml",
    "accept p.toml",
    "data p.toml -o data",
    "eval softmax --logits 1,2",
    "eval cross_entropy --logits 1,2 --labels 0",
    "guide --tables " MAXTRICK_SOURCE_DIR "/results",
};

struct Ready : Workdir {
  Ready() {
    write("p.txt", "1\n2\n");
    const std::string config =
        "experiment = \"probe\"\ntitle = \"P\"\ndescription = \"-\"\nfrom = \"p.txt\"\n"
        "[[data]]\nname = \"d\"\ngenerate = \"circles\"\nsamples = 20\n"
        "radii = [1, 2]\nhalf_width = 2.5\nseed = 1\n";
    write("p.toml", config);
    write("configs/p.toml", config);
    exits(0, "$PROBE run p.toml");
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_full_device_ends_every_command) {
  const Ready work;
  for (const std::string& command : commands) {
    const Said said = work.exits(6, "$PROBE " + command + " >/dev/full");
    BOOST_TEST(said.err.ends_with("maxtrick: cannot write to stdout: No space left on device\n"),
               command << ": " << said.err);
  }
}

// A file that the program opens must not get the number of stdout, and receive what is printed.
BOOST_AUTO_TEST_CASE(a_closed_stream_is_no_file) {
  const Ready work;
  work.exits(6, "$PROBE run p.toml -o new >&-")
      .err_is("maxtrick: cannot write to stdout: Bad file descriptor\n");
  BOOST_TEST(work.read("new/p.csv") == work.read("results/p.csv"));
  BOOST_TEST(work.read("new/p.md") == work.read("results/p.md"));
  work.exits(0, "$PROBE run p.toml -o quiet 2>&- <&-").out_is("quiet/p.csv: 2 rows, written\n");
  BOOST_TEST(work.read("quiet/p.csv") == work.read("results/p.csv"));
}

BOOST_AUTO_TEST_SUITE_END()
