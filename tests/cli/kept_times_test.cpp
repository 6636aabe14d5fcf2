// The times of a table that is there: a run keeps them unless it is asked for new ones.
#include <nlohmann/json.hpp>

#include "config_runs.hpp"
#include "tiny_backends.hpp"
#include "tiny_speed.hpp"

BOOST_AUTO_TEST_SUITE(kept_times_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string speed = tiny_speed + "variants = [\"softmax.max_trick.scalar\"]\n" + tiny_grid;

// A folder with a table whose ratio no run would measure, and whose manifest describes it.
struct Committed : Workdir {
  explicit Committed(const std::string& config = tiny_backends) : Workdir("t.toml", config) {
    exits(0, "$MAXTRICK run t.toml -q");
    // "softmax.naive.scalar,2,0,0,0.9,"1.1 [1, 1.2]"": the last cell becomes another interval.
    const std::string csv = read("results/t.csv"),
                      last = csv.substr(csv.rfind('"', csv.size() - 3));
    place("t.csv", replaced(csv, last, "\"77 [76, 78]\"\n"));
    const std::string md = read("results/t.md");
    const auto row = md.find("| softmax.naive.scalar"), end = md.find('\n', row),
               cell = md.rfind("| ", end - 3);
    place("t.md", md.substr(0, cell) + "| 77 [76, 78] |" + md.substr(end));
    manifest["cpu"] = "of another day";
    write("results/t.manifest.json", manifest.dump(2) + "\n");
    before = files();
  }
  void place(const std::string& name, const std::string& text) {
    write("results/" + name, text);
    if (manifest.is_null())
      manifest = nlohmann::ordered_json::parse(read("results/t.manifest.json"));
    manifest["sha256"][name] = io::sha256(text);
  }
  [[nodiscard]] std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> found;
    for (const char* name : {"t.csv", "t.md", "t.manifest.json"})
      found[name] = read(std::string("results/") + name);
    return found;
  }
  [[nodiscard]] bool kept_times() const { return contains(read("results/t.csv"), "77 [76, 78]"); }
  nlohmann::ordered_json manifest;
  std::map<std::string, std::string> before;
};

}  // namespace

BOOST_AUTO_TEST_CASE(a_run_writes_no_byte_of_a_table_whose_other_cells_hold) {
  const Committed folder;
  folder.exits(0, "$MAXTRICK run t.toml")
      .out_is(
          "results/t.csv: 2 rows, unchanged; its times are kept, and --times measures them "
          "again\n");
  BOOST_TEST((folder.files() == folder.before));
  // Another folder has no table yet, so it gets times of its own.
  folder.exits(0, "$MAXTRICK run t.toml -o mine").out_is("mine/t.csv: 2 rows, written\n");
  BOOST_TEST(!contains(folder.read("mine/t.csv"), "77 [76, 78]"));
}

BOOST_AUTO_TEST_CASE(new_times_are_for_those_who_ask) {
  for (const std::string command : {"run t.toml --times", "accept t.toml"}) {
    const Committed folder;
    folder.exits(0, "$MAXTRICK " + command);
    BOOST_TEST(!folder.kept_times(), command);
    BOOST_TEST(!contains(folder.read("results/t.manifest.json"), "of another day"), command);
  }
}

BOOST_AUTO_TEST_CASE(another_request_has_new_times) {
  const auto kept = [](const std::string& from, const std::string& to,
                       const std::string& options = "") {
    const Committed folder;
    folder.write("t.toml", replaced(tiny_backends, from, to));
    folder.exits(0, "$MAXTRICK run t.toml -o results" + options);
    return folder.kept_times();
  };
  BOOST_TEST(kept("epochs", "epochs"));
  BOOST_TEST(!kept("repeats = 6", "repeats = 7"));
  BOOST_TEST(!kept("epochs", "epochs", " --set repeats=7"));
  // Another row.
  BOOST_TEST(!kept("\"softmax.naive.*\"", "\"softmax.naive.*\", \"softmax.online.*\""));
}

// Title, description and comments measure nothing.
BOOST_AUTO_TEST_CASE(other_words_of_a_config_keep_the_times_and_their_machine) {
  const Committed folder;
  const std::string config = "# Why.\n" + replaced(tiny_backends, "\"D\"", "\"Better said.\"");
  folder.write("t.toml", config);
  folder.exits(0, "$MAXTRICK run t.toml").out_has("written; its times are kept");
  BOOST_TEST(folder.read("results/t.csv") == folder.before.at("t.csv"));
  BOOST_TEST(contains(folder.read("results/t.md"), "Better said."));
  const auto manifest = nlohmann::json::parse(folder.read("results/t.manifest.json"));
  BOOST_TEST(manifest["cpu"] == "of another day");
  BOOST_TEST(manifest["config"]["text"] == config);
  folder.exits(0, "$MAXTRICK check t.toml");
}

BOOST_AUTO_TEST_CASE(a_table_that_changed_has_new_times) {
  // A cell that is compared, and an edit that the manifest does not describe.
  const Committed changed;
  const std::string csv =
      replaced(changed.read("results/t.csv"), "naive.scalar,2,", "naive.scalar,3,");
  changed.write("results/t.csv", csv);
  changed.exits(0, "$MAXTRICK run t.toml").out_has("1 cells or rows of the old table");
  BOOST_TEST(!changed.kept_times());
  const Committed described;
  described.write("results/t.csv", csv);
  described.write("results/t.manifest.json",
                  replaced(described.before.at("t.manifest.json"),
                           io::sha256(described.before.at("t.csv")), io::sha256(csv)));
  described.exits(0, "$MAXTRICK run t.toml").out_has("1 cells or rows of the old table");
  BOOST_TEST(!described.kept_times());
}

// A table that holds nothing but times is not measured at all.
BOOST_AUTO_TEST_CASE(a_table_of_times_alone_is_left_alone) {
  const Workdir folder("tiny.toml", speed);
  folder.exits(0, "$MAXTRICK run tiny.toml");
  const std::string before = folder.read("results/" + tiny_table);
  folder.write("tiny.toml", "# Why.\n" + speed);
  folder.exits(0, "$MAXTRICK run tiny.toml").out_has("2 rows, unchanged; its times are kept");
  BOOST_TEST(folder.read("results/" + tiny_table) == before);
  folder.exits(0, "$MAXTRICK run tiny.toml --times").out_lacks("kept");
  BOOST_TEST(folder.read("results/" + tiny_table) != before);
}

// The verdict counts as a time here. A run that keeps it judges what the table holds, and not what
// it measured and discards.
BOOST_AUTO_TEST_CASE(the_times_that_are_kept_are_judged) {
  const Workdir folder("probe.toml", head_of("probe") + "from = \"does.txt\"\ntimes = true\n");
  const auto measures = [&](const char* verdict) { folder.write("does.txt", verdict); };
  const std::string kept =
      "results/probe.csv: 1 rows, unchanged; its times are kept, and --times measures them "
      "again\n";
  measures("holds\n");
  folder.exits(0, "$PROBE run probe.toml");
  measures("missed\n");
  folder.exits(0, "$PROBE run probe.toml").out_is(kept);
  folder.exits(3, "$PROBE run probe.toml --times").out_has("results/probe.csv: row r0");
  measures("holds\n");
  folder.exits(3, "$PROBE run probe.toml").out_has("results/probe.csv: row r0").out_has(kept);
  folder.exits(0, "$PROBE run probe.toml --times").out_lacks("row r0");
}

BOOST_AUTO_TEST_SUITE_END()
