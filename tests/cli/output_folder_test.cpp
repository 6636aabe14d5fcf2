// The folder into which `run` writes: several runs at once, killed runs, modes, links, and what is no
// file.
#include <nlohmann/json.hpp>

#include "program.hpp"
#include "tiny_speed.hpp"

BOOST_AUTO_TEST_SUITE(output_folder_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

// Writes FOLDER/probe.toml, whose only case does what `does` says.
void write_probe(const Workdir& work, const std::string& folder, const std::string& does) {
  const std::string text = folder + "/probe.txt";
  work.write(text, does + "\n");
  work.write(folder + "/probe.toml", "experiment = \"probe\"\ntitle = \"" + folder +
                                         "\"\ndescription = \"-\"\nfrom = \"" + text + "\"\n");
}

}  // namespace

// The runs make tables of one name, so that the last one wins. The three files must be of one run.
BOOST_AUTO_TEST_CASE(runs_at_the_same_time_do_not_mix_their_tables) {
  const Workdir work;
  std::string all;
  for (const char run : std::string("abcdef")) {
    write_probe(work, {run}, std::string("text of ") + run);
    all += std::string("$PROBE run ") + run + "/probe.toml -o out >" + run + "/said & p" + run +
           "=$!; ";
  }
  all += "for p in $pa $pb $pc $pd $pe $pf; do wait $p || exit; done";
  for (int round = 0; round < 5; ++round) {
    work.exits(0, all).err_is("");
    const std::string csv = work.read("out/probe.csv"), md = work.read("out/probe.md");
    const auto manifest = nlohmann::json::parse(work.read("out/probe.manifest.json"));
    BOOST_TEST(manifest["sha256"]["probe.csv"] == io::sha256(csv));
    BOOST_TEST(manifest["sha256"]["probe.md"] == io::sha256(md));
    const std::string winner = md.substr(2, 1);
    BOOST_TEST(csv == "name,text,verdict\nr0,text of " + winner + ",\n");
    BOOST_TEST(manifest["config"]["text"] == work.read(winner + "/probe.toml"));
    work.run("ls -A out").out_is("probe.csv\nprobe.manifest.json\nprobe.md\n");
  }
}

// The lock is released when the run has said that it waits, after 30 seconds at the latest.
BOOST_AUTO_TEST_CASE(a_run_waits_while_another_one_writes) {
  const Workdir work;
  write_probe(work, "a", "1");
  work.exits(0,
             "mkdir out; exec 9<out; flock 9; : >said; { n=0; until [ -s said ] || "
             "[ $((n=n+1)) -gt 600 ]; do sleep 0.05; done; ls out; } & exec 9<&-; "
             "$PROBE run a/probe.toml -o out 2>said && wait && cat said")
      .out_is("out/probe.csv: 1 rows, written\nout: waiting for another run that writes there\n");
}

// A run replaces three files one after the other, and a check must not read some of each run.
BOOST_AUTO_TEST_CASE(a_check_waits_while_a_run_writes) {
  const Workdir work;
  write_probe(work, "a", "1");
  work.exits(0, "$PROBE run a/probe.toml -o out");
  work.exits(0,
             "exec 9<out; flock 9; : >said; { n=0; until [ -s said ] || "
             "[ $((n=n+1)) -gt 600 ]; do sleep 0.05; done; } & exec 9<&-; "
             "$PROBE check a/probe.toml --baseline out 2>said && wait && cat said")
      .out_is(
          "out/probe.csv: 1 rows checked, all hold\n"
          "out: waiting for another run that writes there\n");
}

// A check makes no folder for a baseline that does not exist.
BOOST_AUTO_TEST_CASE(a_check_leaves_no_trace) {
  const Workdir work("speed.toml",
                     tiny_speed + "variants = [\"softmax.max_trick.scalar\"]\n" + tiny_grid);
  work.exits(0, "mkdir out && $MAXTRICK check speed.toml --baseline out && ls -A out")
      .out_has("there is no table of this machine to compare with")
      .out_lacks("speed\n");
}

BOOST_AUTO_TEST_CASE(what_killed_runs_left_is_removed) {
  const Workdir work;
  write_probe(work, "a", "1");
  const std::string run = "$PROBE run a/probe.toml -o out";
  for (const std::string status : {"written", "unchanged"}) {
    work.write("out/.probe.csv.12345-0.tmp", "half of a ta");
    work.exits(0, run).out_has(status);
    work.run("ls -A out").out_is("probe.csv\nprobe.manifest.json\nprobe.md\n");
  }
}

BOOST_AUTO_TEST_CASE(modes_and_links_stay) {
  const Workdir work;
  write_probe(work, "a", "1");
  write_probe(work, "b", "2");
  work.exits(0,
             "mkdir out && $PROBE run a/probe.toml -o private && chmod 600 private/* && "
             "for e in csv md; do ln -s ../private/probe.$e out/probe.$e; done && "
             "ln -s ../absent/made.json out/probe.manifest.json && $PROBE run b/probe.toml -o out");
  work.run("stat -c '%n %F' out/*; stat -c '%n %a' private/*.[cm][sd]*; ls absent")
      .out_is(
          "out/probe.csv symbolic link\nout/probe.manifest.json symbolic link\n"
          "out/probe.md symbolic link\nprivate/probe.csv 600\nprivate/probe.md 600\nmade.json\n");
  BOOST_TEST(contains(work.read("private/probe.csv"), "r0,2,"));
  work.exits(0, "$PROBE check b/probe.toml --baseline out");
}

// The case of this config throws, so that exit code 2 shows that nothing was computed.
BOOST_AUTO_TEST_CASE(what_is_no_file_is_refused_before_anything_is_computed) {
  const Workdir work;
  write_probe(work, "a", "throw");
  for (const std::string ending : {"csv", "md", "manifest.json"})
    for (const auto& [make, kind] : {std::pair{"mkfifo", "a pipe"}, std::pair{"mkdir", "a folder"},
                                     std::pair{"ln -s /dev/full", "a device"}}) {
      const std::string path = "out/probe." + ending;
      work.exits(0, std::string("rm -rf out && mkdir out && ") + make + " " + path);
      for (const std::string command :
           {"run a/probe.toml -o out", "check a/probe.toml --baseline out",
            "accept a/probe.toml --baseline out"})
        work.exits(2, "timeout 20 $PROBE " + command)
            .out_is("")
            .err_is("maxtrick: " + path + " cannot be a file of the table probe: " + kind + "\n");
    }
  // A table that is only printed needs no such file.
  work.exits(6,
             "rm -rf results && mkdir results && mkfifo results/probe.csv && timeout 20 $PROBE run "
             "a/probe.toml --filter r");
}

BOOST_AUTO_TEST_CASE(an_empty_name_is_refused) {
  const Workdir work;
  write_probe(work, "a", "1");
  work.exits(0, "$PROBE run a/probe.toml");
  for (const std::string command :
       {"run a/probe.toml -o ''", "run a/probe.toml --output ''", "run a/probe.toml --export ''",
        "run a/probe.toml --plugin ''", "check a/probe.toml --baseline ''",
        "check a/probe.toml --junit ''", "accept a/probe.toml --baseline ''",
        "data a/probe.toml -o ''", "eval softmax --logits 1 --variant softmax.naive.scalar -o ''",
        "eval softmax --input ''", "guide --tables ''"})
    work.exits(2, "$PROBE " + command).out_is("").err_has("the name is empty");
  work.exits(2, "$PROBE check a/probe.toml --junit results").err_has("--junit results: a folder");
}

BOOST_AUTO_TEST_SUITE_END()
