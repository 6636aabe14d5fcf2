// Results of parts that are preserved when the program ends, and plans that resume from them.
#include "run/journal.hpp"

#include <mutex>

#include "folder.hpp"
#include "plans.hpp"
#include "run/resume.hpp"

BOOST_AUTO_TEST_SUITE(journal_test)

namespace {

using namespace maxtrick::config;
using namespace maxtrick::io;
using namespace maxtrick::run;
using namespace maxtrick::table;
using maxtrick::tests::Folder;
using Texts = std::map<std::size_t, std::string>;

// A case of eight parts, each of which returns the square of its number. It records which parts it
// computed.
struct Squares {
  std::string identity = "squares";
  std::vector<std::size_t> computed;
  std::vector<std::string> taken = std::vector<std::string>(8);
  std::mutex noting;

  Plan plan() {
    Plan plan = maxtrick::tests::empty_plan();
    Case one{{"k"}, [this]() -> std::variant<Row, Skip> {
               return Row{fmt::format("{}", fmt::join(taken, " "))};
             }};
    one.kept =
        std::make_shared<KeptParts>(KeptParts{.name = "k",
                                              .size = taken.size(),
                                              .identity = [this] { return identity; },
                                              .compute =
                                                  [this](std::size_t part) {
                                                    const std::lock_guard lock(noting);
                                                    computed.push_back(part);
                                                    return fmt::format("{} squared", part * part);
                                                  },
                                              .take =
                                                  [this](std::size_t part, std::string_view text) {
                                                    if (!text.ends_with(" squared")) return false;
                                                    taken[part] = text.substr(0, text.find(' '));
                                                    return true;
                                                  }});
    plan.cases.push_back(one);
    return plan;
  }
};

const std::string all_squares = "0 1 4 9 16 25 36 49";

Resumed resume(Plan& plan, const std::filesystem::path& folder, bool take = true) {
  return maxtrick::run::resume(plan, {folder, "config", take});
}

// Resumes from the folder and returns the contents of the row.
std::string run(Squares& squares, const Folder& folder, std::size_t& had, bool take = true) {
  Plan plan = squares.plan();
  const Resumed resumed = resume(plan, folder.path(), take);
  BOOST_TEST(resumed.counted == "cases");
  had = resumed.had;
  BOOST_TEST(resumed.all == 8U);
  return run_cases(std::move(plan), 3, {}).table.rows.at(0).at(1).text();
}

Texts found(const Folder& folder, const std::string& identity = "a", std::size_t parts = 4) {
  return Journal(folder / "j", identity, parts).found();
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_added_is_found) {
  const Folder folder;
  Journal journal(folder / "j", "a", 4);
  BOOST_TEST(journal.found().empty());
  journal.add(2, "two words");
  journal.add(0, "");
  BOOST_TEST((found(folder) == Texts{{0, ""}, {2, "two words"}}));
  journal.add(3, "three");  // the file is still the same
  BOOST_TEST((found(folder) == Texts{{0, ""}, {2, "two words"}, {3, "three"}}));
  BOOST_CHECK_THROW(journal.add(1, "two\nlines"), std::logic_error);
  journal.remove();
  BOOST_TEST(!folder.has("j"));
  journal.remove();
  // A run that continues while another one has removed the journal.
  journal.add(1, "late");
  BOOST_TEST(found(folder).empty());
}

// At whatever byte the kill occurred, the complete lines are valid, and so is a line that is added
// later.
BOOST_AUTO_TEST_CASE(a_line_that_was_cut_short_is_no_result) {
  const Folder folder;
  Journal whole(folder / "j", "a", 4);
  const std::size_t head = read_file(folder / "j").size();
  whole.add(1, "one");
  const std::size_t first = read_file(folder / "j").size();
  whole.add(2, "two");
  const std::string bytes = read_file(folder / "j");
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    folder.write("j", bytes.substr(0, length));
    Texts expected;
    if (length >= first) expected[1] = "one";
    if (length >= bytes.size()) expected[2] = "two";
    {
      Journal cut(folder / "j", "a", 4);
      BOOST_TEST((cut.found() == expected), length << " bytes of " << bytes.size());
      cut.add(3, "three");
    }
    expected[3] = "three";
    BOOST_TEST((found(folder) == expected), length);
  }
  BOOST_TEST(head < first);
}

BOOST_AUTO_TEST_CASE(what_is_foreign_or_altered_is_not_found) {
  const Folder folder;
  const auto fresh = [&] {
    std::filesystem::remove(folder / "j");
    Journal journal(folder / "j", "a", 4);
    journal.add(1, "one");
    journal.add(2, "two");
    return read_file(folder / "j");
  };
  const std::string bytes = fresh();
  BOOST_TEST(found(folder, "b").empty());
  BOOST_TEST(found(folder, "a").empty());  // the file now belongs to b
  (void)fresh();
  BOOST_TEST(found(folder, "a", 5).empty());
  for (const std::string text : {"", "no journal\n", "\n\n", "1 one\n"}) {
    folder.write("j", text);
    BOOST_TEST(found(folder).empty(), text);
  }
  // If any byte of the last line is altered, only that line is lost. This includes its line end,
  // because no line follows that it would be joined with.
  const std::size_t last = bytes.rfind('\n', bytes.size() - 2) + 1;
  for (std::size_t i = last; i < bytes.size(); ++i) {
    std::string altered = bytes;
    altered[i] = altered[i] == '3' ? '1' : '3';
    folder.write("j", altered);
    BOOST_TEST((found(folder) == Texts{{1, "one"}}), i);
  }
  // A line of another journal is not accepted.
  Journal other(folder / "other", "b", 4);
  other.add(3, "three");
  const std::string foreign = read_file(folder / "other");
  folder.write("j", bytes + foreign.substr(foreign.find('\n') + 1));
  BOOST_TEST((found(folder) == Texts{{1, "one"}, {2, "two"}}));
}

BOOST_AUTO_TEST_CASE(a_plan_computes_what_is_not_there) {
  const Folder folder;
  std::size_t had = 0;
  {
    Squares squares;  // killed after three parts
    Plan plan = squares.plan();
    (void)resume(plan, folder.path());
    for (const std::size_t part : {0U, 5U, 7U}) plan.cases[0].parts->run(part);
  }
  Squares second;
  BOOST_TEST(run(second, folder, had) == all_squares);
  BOOST_TEST(had == 3U);
  BOOST_TEST(second.computed.size() == 5U);
  for (const std::size_t part : second.computed)
    BOOST_TEST((part != 0 && part != 5 && part != 7), part);
  Squares third;
  BOOST_TEST(run(third, folder, had) == all_squares);
  BOOST_TEST(had == 8U);
  BOOST_TEST(third.computed.empty());

  Squares other;
  other.identity = "other squares";
  BOOST_TEST(run(other, folder, had) == all_squares);
  BOOST_TEST(had == 0U);
  BOOST_TEST(other.computed.size() == 8U);
}

// Parts with another identity, such as those of another range, are kept beside these.
BOOST_AUTO_TEST_CASE(another_identity_leaves_the_parts_alone) {
  const Folder folder;
  std::size_t had = 0;
  Squares killed;
  Plan plan = killed.plan();
  (void)resume(plan, folder.path());
  plan.cases[0].parts->run(4);
  {
    Squares other;
    other.identity = "other squares";
    Plan others = other.plan();
    Resumed resumed = resume(others, folder.path());
    plan.cases[0].parts->run(6);
    (void)run_cases(std::move(others), 1, {});
    resumed.remove();
  }
  Squares again;
  BOOST_TEST(run(again, folder, had) == all_squares);
  BOOST_TEST(had == 2U);
}

// The lines are complete and have the right identity, but the case cannot read them.
BOOST_AUTO_TEST_CASE(a_text_that_is_not_taken_is_computed_again) {
  const Folder folder;
  std::size_t had = 0;
  Squares squares;
  Plan plan = squares.plan();
  const Resumed resumed = resume(plan, folder.path());
  resumed.journals.at(0)->add(2, "4 cubed");
  BOOST_TEST(run(squares, folder, had) == all_squares);
  BOOST_TEST(had == 0U);
}

BOOST_AUTO_TEST_CASE(removed_parts_are_not_found_again) {
  const Folder folder;
  std::size_t had = 0;
  Squares squares;
  Plan plan = squares.plan();
  Resumed resumed = resume(plan, folder.path());
  (void)run_cases(std::move(plan), 1, {});
  resumed.remove();
  BOOST_TEST(std::filesystem::is_empty(folder.path()));
  BOOST_TEST(run(squares, folder, had) == all_squares);
  BOOST_TEST(had == 0U);
}

BOOST_AUTO_TEST_CASE(kept_parts_run_where_nothing_is_kept) {
  Squares squares;
  const Run run = run_cases(squares.plan(), 2, {});
  BOOST_TEST(run.table.rows.at(0).at(1).text() == all_squares);
  Plan plan = squares.plan();
  BOOST_TEST(plan.keeps_parts());
  const Folder folder;
  folder.write("file", "");
  BOOST_CHECK_THROW((void)resume(plan, folder / "file"), std::system_error);
  BOOST_TEST(plan.cases[0].kept != nullptr);
}

BOOST_AUTO_TEST_CASE(a_run_that_starts_anew_takes_nothing) {
  const Folder folder;
  std::size_t had = 0;
  Squares squares;
  BOOST_TEST(run(squares, folder, had) == all_squares);
  squares.computed.clear();
  {
    // This run was killed before it had computed anything. The next one may take the parts that
    // this one did not take.
    Plan plan = squares.plan();
    BOOST_TEST(resume(plan, folder.path(), false).had == 8U);
  }
  BOOST_TEST(run(squares, folder, had) == all_squares);
  BOOST_TEST(had == 8U);
  BOOST_TEST(squares.computed.empty());
  BOOST_TEST(run(squares, folder, had, false) == all_squares);
  BOOST_TEST(had == 8U);  // the run reports how many parts there were
  BOOST_TEST(squares.computed.size() == 8U);
  squares.computed.clear();
  BOOST_TEST(run(squares, folder, had) == all_squares);
  BOOST_TEST(squares.computed.empty());
}

// If a journal can no longer be written, the run continues.
BOOST_AUTO_TEST_CASE(a_journal_that_fails_says_so) {
  const Folder folder;
  std::filesystem::create_directory(folder / "sub");
  Journal journal(folder / "sub/j", "a", 4);
  journal.add(0, "kept");
  BOOST_TEST(journal.failure() == "");
  std::filesystem::remove_all(folder / "sub");
  journal.add(1, "lost");
  BOOST_TEST(journal.failure().find("sub/j") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
