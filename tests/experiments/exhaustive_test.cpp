// Experiment `exhaustive` as the program runs it: the table does not depend on the number of parts,
// on whether the run was killed, or on what an earlier run left.
#include "killed_run.hpp"
#include "plan_of.hpp"
#include "program.hpp"
#include "run/schedule.hpp"
#include "table/check.hpp"

BOOST_AUTO_TEST_SUITE(exhaustive_test)

namespace {

using namespace maxtrick;
using namespace maxtrick::tests;

const std::string config_text = R"(experiment = "exhaustive"
title = "Small"
description = "A few floats."
functions = ["exp", "logf"]
isas = ["scalar"]
parts = 64
inputs = { first = 0, last = 0xffffffff, every = 4093 }
)";

run::Run run_program(const std::string& text) {
  return run::run_cases(plan_of("exhaustive", text), 2, {});
}

// Kills the run as soon as three parts of the first function are on disk.
const std::string killed =
    killed_after(3, "small/exp.scalar.*.parts", "$MAXTRICK run small.toml -o killed -j 1") +
    " && [ ! -e killed/small.csv ]";

std::size_t parts_there(const Said& said) {
  return said.err.starts_with("small: ") ? std::stoul(said.err.substr(7)) : 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_input_is_counted) {
  const std::map<std::string, std::string> ranges{
      {"first = 0, last = 0xffffffff, every = 1048577", "4096"},
      {"first = 0x42b17000, last = 0x42b18000", "4097"},
      {"first = 7, last = 100, every = 31", "4"}};
  for (const auto& [range, count] : ranges)
    for (const std::string parts : {"1", "3", "4"}) {
      const auto made = run_program(replaced(
          replaced(config_text, "first = 0, last = 0xffffffff, every = 4093", range), "64", parts));
      for (const auto& row : made.table.rows) BOOST_TEST(row[made.table.index("inputs")] == count);
      BOOST_TEST(made.table.columns[made.table.index("inputs")].description.find(
                     count + " floats, not all") != std::string::npos);
    }
}

// Without the key `inputs`, all floats are evaluated.
BOOST_AUTO_TEST_CASE(the_committed_config_covers_every_float) {
  const run::Plan plan = plan_of(
      "exhaustive",
      io::read_file(std::filesystem::path(MAXTRICK_SOURCE_DIR) / "configs/long/exhaustive.toml"));
  BOOST_TEST(plan.table.columns[plan.table.index("inputs")].description.find(
                 "all 4294967296 floats") != std::string::npos);
  BOOST_TEST(plan.cases.size() == 11U);
}

BOOST_AUTO_TEST_CASE(an_error_above_the_claim_is_beyond_its_limit) {
  auto made = run_program(replaced(config_text, "4093", "1048577"));
  BOOST_TEST(table::beyond_limits(made.table).empty());
  made.table.rows[1][made.table.index("max_error_ulp")] = 0.819;
  BOOST_TEST(table::beyond_limits(made.table).size() == 1U);
}

// The results of glibc's functions depend on its version. So `check` compares only what is the same in every
// version, such as the number of inputs.
BOOST_AUTO_TEST_CASE(figures_of_glibc_are_shown) {
  auto made = run_program(replaced(config_text, "4093", "1048577"));
  const table::Baseline baseline(table::to_csv(made.table));
  for (const std::string column : {"max_error_ulp", "results", "misrounded", "worst_input"}) {
    auto table = made.table;
    const auto change = [&](table::Cell& cell) { cell = table::Cell::read(cell.text() + "1"); };
    change(table.rows[1][table.index(column)]);
    BOOST_TEST(table::compare(table, baseline).empty());
    change(table.rows[0][table.index(column)]);
    BOOST_TEST(table::compare(table, baseline).size() == 1U);
  }
  made.table.rows[1][made.table.index("inputs")] = "1";
  BOOST_TEST(table::compare(made.table, baseline).size() == 1U);
  BOOST_TEST(table::to_markdown(made.table).find("exact; shown where isa is glibc") !=
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_killed_run_is_gone_on_with) {
  const WorkdirWithCache folder("small.toml", config_text);
  // An undisturbed run with other parts and another number of threads.
  const Said whole =
      folder.exits(0,
                   "$MAXTRICK run small.toml -o whole -j 1 && sed s/64/7/ small.toml "
                   ">other.toml && $MAXTRICK run other.toml -o whole -j 3 && "
                   "cmp whole/small.csv whole/other.csv");
  whole.err_is("");
  folder.exits(0, killed);
  const Said again = folder.exits(0,
                                  "$MAXTRICK run small.toml -o killed -j 2 --resume && "
                                  "cmp whole/small.csv killed/small.csv && "
                                  "cmp whole/small.md killed/small.md");
  again.out_is("killed/small.csv: 2 rows, written\n");
  BOOST_TEST(again.err.ends_with(" of 128 parts were computed before\n"));
  BOOST_TEST(parts_there(again) >= 3U);
  // No checkpoint is left: a third run and a check compute everything.
  folder.exits(0, "find cache -type f; $MAXTRICK check small.toml --baseline killed")
      .out_is("killed/small.csv: 2 rows checked, all hold\n")
      .err_is("");
}

// The last line is truncated and one figure has been altered. Both parts are computed again.
BOOST_AUTO_TEST_CASE(damaged_parts_are_computed_again) {
  const WorkdirWithCache folder("small.toml", config_text);
  folder.exits(0, killed + " && mv cache first");
  std::filesystem::path state;
  for (const auto& file : std::filesystem::directory_iterator(folder / "first/maxtrick/small"))
    if (file.path().filename().string().starts_with("exp.scalar.")) state = file.path();
  const std::string kept = "cache/maxtrick/small/" + state.filename().string();
  const std::string bytes = io::read_file(state);
  const auto lines = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  const auto rerun = [&](const std::string& altered) {
    folder.write(kept, altered);
    const Said said = folder.exits(0, "$MAXTRICK run small.toml -o again --resume");
    return parts_there(said);
  };
  BOOST_TEST(rerun(bytes) == lines - 1);
  const std::string table = folder.read("again/small.csv");
  BOOST_TEST(rerun(bytes.substr(0, bytes.size() - 20)) + 1 >= lines - 1);
  BOOST_TEST(rerun(bytes.substr(0, bytes.find('\n') + 30)) == 0U);
  const std::size_t first_figure = bytes.find(' ', bytes.find('\n')) + 1;
  std::string altered = bytes;
  altered[first_figure] = altered[first_figure] == '9' ? '8' : '9';
  BOOST_TEST(rerun(altered) == lines - 2);
  BOOST_TEST(rerun("rubbish") == 0U);
  // The parts of another program are ignored, even with the same config.
  folder.write(kept, bytes);
  folder.exits(0, "$PROBE run small.toml -o again --resume")
      .err_is("small: 0 of 128 parts were computed before\n");
  // So are the parts of another range.
  folder.write(kept, bytes);
  folder.exits(0, "$MAXTRICK run small.toml --resume --set inputs.every=2053")
      .err_is("small: 0 of 128 parts were computed before\n");
  // Without --resume, the program's own parts are computed again, and the old ones are removed.
  const Said anew = folder.exits(0, "$MAXTRICK run small.toml -o again");
  BOOST_TEST(parts_there(anew) == lines - 1);
  anew.err_has("--resume would use them");
  folder.run("find cache -type f").out_is("");
  BOOST_TEST(folder.read("again/small.csv") == table);
}

BOOST_AUTO_TEST_CASE(where_nothing_can_be_kept_it_says_so_and_runs) {
  const WorkdirWithCache folder("small.toml", replaced(config_text, "4093", "1048577"));
  folder.exits(0, "unset HOME XDG_CACHE_HOME; $MAXTRICK run small.toml -o out")
      .err_has("neither XDG_CACHE_HOME nor HOME");
  const Said in_the_way = folder.exits(0, "touch cache; $MAXTRICK run small.toml -o out");
  BOOST_TEST(in_the_way.err.starts_with("small: parts are not stored"));
  folder.run("rm cache; $MAXTRICK run small.toml --dry-run && [ ! -e cache ]")
      .out_is("exp/scalar\nlogf/glibc\n");
}

BOOST_AUTO_TEST_CASE(config_errors_name_the_place) {
  const std::string whole = "first = 0, last = 0xffffffff, every = 4093";
  check_mistakes(
      "exhaustive", config_text,
      {{"logf", "logq", "x.toml:4:21: error: 'logq' is not a known value of 'functions'"},
       {"\"logf\"", "\"exp\"", "x.toml:4:21: error: 'exp' is listed twice"},
       {"scalar", "sse2", "x.toml:5:9: error: 'sse2' is not a known value of 'isas'"},
       {"parts = 64", "parts = 0", "x.toml:6:9: error: key 'parts' is 0"},
       {whole, "first = 1, last = 9", "x.toml:6:9: error: 64 parts of 9 inputs"},
       {whole, "first = 8, last = 7, every = 4093", "x.toml:6:9: error: 64 parts of 1 inputs"},
       {"every = 4093", "each = 4093", "x.toml:7:42: error: unknown key 'each'"}});
  // This is the second error: without it there are no inputs to divide into parts.
  const std::string report =
      plan_errors("exhaustive", replaced(config_text, "0xffffffff", "0x100000000"));
  BOOST_TEST(contains(report, "x.toml:7:30: error: key 'last' is 4294967296"), report);
}

BOOST_AUTO_TEST_SUITE_END()
