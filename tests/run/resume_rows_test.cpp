// Rows that are preserved when the program ends: the rows of a plan whose cases have no parts, or
// whose parts are not stored.
#include "folder.hpp"
#include "plans.hpp"
#include "run/resume.hpp"

BOOST_AUTO_TEST_SUITE(resume_rows_test)

namespace {

using namespace maxtrick::config;
using namespace maxtrick::io;
using namespace maxtrick::run;
using namespace maxtrick::table;
using maxtrick::tests::Folder;

// Rows of three batches: two cases that share a part, two that share another one, and a single
// case. The last case is skipped.
struct Rows {
  std::vector<std::string> done;
  std::string cell = "plain";
  std::string last_key = "e";
  Rule rule = Rule::exact;

  Plan plan() {
    Plan plan = maxtrick::tests::empty_plan(rule);
    for (const std::string name : {"ab", "cd"}) {
      const auto part = std::make_shared<const PartList>(
          PartList{1, [this, name](std::size_t) { done.push_back("part " + name); }});
      for (const char c : name)
        plan.cases.push_back({.key = {std::string(1, c)},
                              .run = row(std::string(1, c)),
                              .batch = static_cast<std::size_t>(name[0]),
                              .parts = part});
    }
    plan.cases.push_back({.key = {last_key}, .run = [this]() -> std::variant<Row, Skip> {
                            done.push_back("e");
                            return Skip{"lacking"};
                          }});
    return plan;
  }
  std::function<std::variant<Row, Skip>()> row(const std::string& key) {
    return [this, key]() -> std::variant<Row, Skip> {
      done.push_back(key);
      return Row{cell + ' ' + key};
    };
  }
  // Runs the plan and returns what was computed.
  std::vector<std::string> run(const Folder& folder, std::size_t had,
                               const std::string& identity = "config") {
    done.clear();
    Plan made = plan();
    BOOST_TEST(can_resume(made) == (rule != Rule::timed));
    const Resumed resumed = resume(made, {folder.path(), identity, true});
    BOOST_TEST(resumed.had == had);
    BOOST_TEST(resumed.all == 5U);
    BOOST_TEST(resumed.counted == "rows");
    const Run result = run_cases(std::move(made), 1, {});
    BOOST_TEST(result.skipped.size() == 1U);
    for (std::size_t i = 0; i < 4; ++i)
      BOOST_TEST(result.table.rows.at(i).at(1).text() == cell + ' ' + "abcd"[i]);
    return done;
  }
};

using Names = std::vector<std::string>;

}  // namespace

// A row may contain commas, quotes, line ends and non-ASCII characters.
BOOST_AUTO_TEST_CASE(rows_are_kept_and_skips_are_not) {
  for (const std::string cell : {"plain", "a, \"b\"\nc", "\xc3\xa9", ""}) {
    const Folder folder;
    Rows rows;
    rows.cell = cell;
    BOOST_TEST((rows.run(folder, 0) == Names{"part ab", "a", "b", "part cd", "c", "d", "e"}));
    BOOST_TEST((rows.run(folder, 4) == Names{"e"}));
  }
}

// If one row of a batch is missing, the shared part is computed again for it.
BOOST_AUTO_TEST_CASE(a_batch_of_which_a_row_is_left_needs_its_part) {
  const Folder folder;
  Rows rows;
  Plan killed = rows.plan();
  (void)resume(killed, {folder.path(), "config", true});
  for (const std::size_t i : {0U, 1U, 3U}) (void)killed.cases[i].run();
  BOOST_TEST((rows.run(folder, 3) == Names{"part cd", "c", "e"}));
}

BOOST_AUTO_TEST_CASE(rows_of_other_cases_or_another_config_are_not_taken) {
  const Folder folder;
  Rows rows;
  (void)rows.run(folder, 0);
  (void)rows.run(folder, 0, "another config");
  rows.last_key = "f";
  (void)rows.run(folder, 0);
  rows.last_key = "e";
  BOOST_TEST((rows.run(folder, 4) == Names{"e"}));
}

// The lines are complete, but they are not rows of this case.
BOOST_AUTO_TEST_CASE(what_is_no_row_is_computed_again) {
  for (const std::string text : {"", "rubbish", "[1]", "[]", "[\"b\", \"x\"]"}) {
    const Folder folder;
    Rows rows;
    Plan plan = rows.plan();
    resume(plan, {folder.path(), "config", true}).journals.at(0)->add(0, text);
    BOOST_TEST((rows.run(folder, 0).size() == 7U), text);
  }
}

BOOST_AUTO_TEST_CASE(times_are_not_kept) {
  Rows rows;
  rows.rule = Rule::timed;
  BOOST_TEST(!can_resume(rows.plan()));
  Plan judged = Rows{}.plan();
  judged.table.judged = {{"a", "b", "c"}};
  BOOST_TEST(!can_resume(judged));
}

BOOST_AUTO_TEST_SUITE_END()
