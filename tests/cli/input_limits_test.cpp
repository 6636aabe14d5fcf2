// Inputs that are no files, have no end, or are long: each is refused with a short sentence.
#include "config_runs.hpp"

BOOST_AUTO_TEST_SUITE(input_limits_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string sixty_thousand(60000, 'x');

const std::string overflow =
    head_of("overflow") +
    "ops = [\"softmax\"]\ndtypes = [\"float32\"]\nvariants = [\"softmax.naive.scalar\"]\n"
    "inaccurate_above_ulp = 8\n[[case]]\nname = \"c\"\nhazard = \"-\"\nsource = \"-\"\n"
    "logits = [1, 2]\n";

// A config with logits in a file.
std::string of_file(const std::string& path) {
  return head_of("low_precision") +
         "dtypes = [\"float32\"]\nvariants = [\"softmax.naive.scalar\"]\n[[data]]\nname = \"d\"\n"
         "hazard = \"-\"\nsource = \"-\"\nobtain = \"Ask.\"\npath = \"" +
         path + "\"\n";
}

// Checks that no line of the message is long.
void check_short(const std::string& message, std::size_t longest = 700) {
  std::istringstream lines(message);
  for (std::string line; std::getline(lines, line);) BOOST_TEST(line.size() < longest, line);
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_device_is_no_config_and_no_data) {
  const Workdir folder("t.toml", of_file("/dev/zero"));
  folder.exits(2, "$MAXTRICK run /dev/zero").err_is("maxtrick: /dev/zero: a device, not a file\n");
  folder.exits(2, "$MAXTRICK eval softmax --input /dev/zero")
      .err_is("maxtrick: /dev/zero: a device, not a file\n");
  folder.exits(2, "$MAXTRICK run t.toml")
      .err_has("t.toml:11:8: error: /dev/zero: a device, not a file\n");
}

BOOST_AUTO_TEST_CASE(a_config_without_end_is_refused) {
  const Workdir folder;
  folder.exits(2, "yes '# more' | $MAXTRICK run /dev/stdin")
      .err_is("maxtrick: /dev/stdin: more than 16 MiB, which is too long\n");
  folder.exits(2, "truncate -s 5G huge.csv && $MAXTRICK eval softmax --input huge.csv")
      .err_is("maxtrick: huge.csv: more than 4096 MiB, which is too long\n");
  folder.exits(0,
               "echo 1,2 | $MAXTRICK eval softmax --input /dev/stdin --variant '*.naive.scalar'");
}

BOOST_AUTO_TEST_CASE(a_path_that_cannot_be_one_is_an_error_in_its_place) {
  check_short(check_rejected(of_file(std::string(300, 'a')),
                             {"t.toml:11:8: error: cannot read aaa", "a: File name too long\n"}));
  check_short(check_rejected(of_file(sixty_thousand), {"t.toml:11:8: error: cannot read xxx"}));
  (void)check_rejected(of_file("x\\u0000y"), {"t.toml:11:8: error: cannot read x"});
  const std::string set = R"(
[[data]]
name = "d"
path = "PATH"
labels = "y.npy"
[[arm]]
name = "a"
loss = "fused"
[[task]]
name = "t"
data = "d"
epochs = 1
batch = 1
optimiser = "sgd"
learning_rate = 1
arms = ["a"]
)";
  check_short(check_rejected(
      head_of("training") + "seeds = 1" + replaced(set, "PATH", std::string(300, 'a')),
      {"t.toml:7:8: error: cannot read aaa"}));
  const Workdir folder;
  check_short(folder.exits(6, "$MAXTRICK run " + std::string(300, 'a')).err);
}

BOOST_AUTO_TEST_CASE(a_long_text_of_a_config_is_not_repeated_in_full) {
  const std::string quoted = "'" + std::string(60, 'x') + "...'";
  for (const std::string part :
       {"name = \"c\"", "\"softmax\"", "\"float32\"", "softmax.naive.scalar"}) {
    const std::string in_quotes =
        part.back() == '"' ? "\"" + sixty_thousand + "\"" : sixty_thousand;
    const std::string text =
        part.starts_with("name") ? "name = \"" + sixty_thousand + " \"" : in_quotes;
    check_short(check_rejected(replaced(overflow, part, text), {std::string(60, 'x') + "..."}));
  }
  check_short(check_rejected(sixty_thousand + " = 1\n" + overflow, {"unknown key " + quoted}));
  check_short(check_rejected(
      replaced(overflow, "experiment = \"overflow\"", "experiment = \"" + sixty_thousand + "\""),
      {quoted}));
}

BOOST_AUTO_TEST_CASE(a_long_argument_is_not_repeated_in_full) {
  const Workdir folder("t.toml", overflow);
  folder.write("long", sixty_thousand);
  folder.write("long.csv", "1,2\n" + sixty_thousand + ",3\n");
  for (const std::string command :
       {"run t.toml --set \"$(cat long)\"", "run t.toml --set \"$(cat long)=1\"",
        "run t.toml --filter \"$(cat long)\"", "run t.toml --jobs \"$(cat long)\"",
        "run t.toml \"--$(cat long)\"", "\"$(cat long)\"", "eval \"$(cat long)\" --logits 1",
        "eval softmax --logits \"$(cat long)\"", "eval softmax --logits 1 --dtype \"$(cat long)\"",
        "eval softmax --logits 1 --variant \"$(cat long)\"", "eval softmax --input long.csv",
        "eval softmax --input \"$(cat long)\"", "run \"$(cat long)\"", "list \"$(cat long)\"",
        "run t.toml -o \"$(cat long)\"", "check t.toml --baseline \"$(cat long)\"",
        "eval cross_entropy --logits 1,2 --labels \"$(cat long)\""}) {
    const Said said = folder.run("$MAXTRICK " + command);
    BOOST_TEST(said.code != 0, command);
    BOOST_TEST(said.err != "", command);
    check_short(said.err + said.out);
  }
  folder.exits(2, "MAXTRICK_ISA=\"$(cat long)\" $MAXTRICK list");
  check_short(folder.run("MAXTRICK_ISA=\"$(cat long)\" $MAXTRICK list").err);
}

BOOST_AUTO_TEST_CASE(a_long_cell_of_a_baseline_is_not_repeated_in_full) {
  const Workdir folder("t.toml", overflow);
  folder.exits(0, "$MAXTRICK run t.toml");
  const std::string csv = folder.read("results/t.csv");
  folder.write("results/t.csv", replaced(csv, ",ok,", "," + sixty_thousand + ","));
  check_short(folder.exits(1, "$MAXTRICK check t.toml").out, 2500);
  folder.write("results/t.csv", replaced(csv, ",c,", "," + sixty_thousand + ","));
  check_short(folder.exits(1, "$MAXTRICK check t.toml").out, 2500);
}

BOOST_AUTO_TEST_SUITE_END()
