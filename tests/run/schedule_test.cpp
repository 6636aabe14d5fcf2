// A run gives the same table with any number of threads. Also tests cases that fail.
#include "run/schedule.hpp"

#include <atomic>

#include "plans.hpp"

BOOST_AUTO_TEST_SUITE(schedule_test)

namespace {

using namespace maxtrick::config;
using namespace maxtrick::run;
using namespace maxtrick::table;
using maxtrick::tests::empty_plan;
using maxtrick::tests::error_of;
using maxtrick::tests::Outcome;

// Returns a plan with the cases k0, k1, ...; every third one is skipped, and the first ones take
// the longest.
Plan plan_of(std::size_t n) {
  Plan plan = empty_plan();
  for (std::size_t i = 0; i < n; ++i)
    plan.cases.push_back({{fmt::format("k{}", i)}, [i, n]() -> Outcome {
                            std::this_thread::sleep_for(std::chrono::microseconds(20 * (n - i)));
                            if (i % 3 == 2) return Skip{fmt::format("no {}", i)};
                            return Row{i * i};
                          }});
  return plan;
}

Plan with(Plan plan, std::string key, std::function<Outcome()> run) {
  plan.cases.push_back({{std::move(key)}, std::move(run)});
  return plan;
}

// The parts, except that `instead` runs in place of one.
Parts with_bad(const Parts& parts, std::size_t bad, const std::function<void()>& instead) {
  return std::make_shared<const PartList>(
      PartList{parts->size, [=](std::size_t part) { part == bad ? instead() : parts->run(part); }});
}

// Three batches of 2, 1 and 3 cases. The first and the last batch have 5 and 4 parts, which all
// cases of the batch refer to. The row of a case states how many parts of its batch were done when
// it ran.
struct WithParts {
  std::vector<std::size_t> sizes{2, 1, 3}, parts{5, 0, 4};
  // How often each part ran, by batch.
  std::vector<std::vector<std::atomic<int>>> ran;

  WithParts() {
    for (const std::size_t n : parts) ran.emplace_back(n);
  }
  Plan plan() {
    Plan plan = empty_plan();
    for (std::size_t b = 0; b < sizes.size(); ++b) {
      const auto all = std::make_shared<const PartList>(
          PartList{ran[b].size(), [&counts = ran[b]](std::size_t part) {
                     std::this_thread::sleep_for(std::chrono::microseconds(300));
                     ++counts[part];
                   }});
      for (std::size_t i = 0; i < sizes[b]; ++i) {
        const std::string key = fmt::format("k{}{}", b, i);
        plan.cases.push_back({{key},
                              [this, key, b]() -> Outcome {
                                std::size_t done = 0;
                                for (const auto& count : ran[b]) done += count == 1;
                                return Row{done};
                              },
                              b + 1,
                              parts[b] > 0 ? all : nullptr});
      }
    }
    return plan;
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(any_number_of_jobs_gives_the_same_run_in_the_plans_order) {
  constexpr std::size_t n = 40;
  for (const unsigned jobs : {1U, 2U, 7U, 100U}) {
    const Run run = run_cases(plan_of(n), jobs, {});
    BOOST_REQUIRE(run.keys.size() == n);
    std::size_t row = 0, skipped = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const std::string key = fmt::format("k{}", i);
      BOOST_TEST(run.keys[i] == key);
      if (i % 3 == 2) {
        BOOST_TEST(run.skipped.at(skipped).key == key);
        BOOST_TEST(run.skipped.at(skipped++).reason == fmt::format("no {}", i));
      } else {
        BOOST_TEST((run.table.rows.at(row++) == Row{key, fmt::format("{}", i * i)}));
      }
    }
    BOOST_TEST(run.table.rows.size() == row);
    BOOST_TEST(run.skipped.size() == skipped);
  }
}

// Adjacent cases of one batch run on one thread, in order. Cases without a batch, or of another
// one, are independent of them.
BOOST_AUTO_TEST_CASE(a_batch_runs_in_order_on_one_thread) {
  constexpr std::size_t n = 60;
  Plan plan = plan_of(n);
  std::vector<std::thread::id> threads(n);
  std::vector<std::size_t> order(n);
  std::atomic<std::size_t> clock = 0;
  for (std::size_t i = 0; i < n; ++i) {
    plan.cases[i].batch = i < 10 ? 0 : 1 + i / 10;
    plan.cases[i].run = [&, i, inner = plan.cases[i].run] {
      threads[i] = std::this_thread::get_id();
      order[i] = clock++;
      return inner();
    };
  }
  const Run run = run_cases(std::move(plan), 4, {});
  BOOST_TEST(run.keys.size() == n);
  for (std::size_t i = 11; i < n; ++i) {
    if (i % 10 == 0) continue;
    BOOST_TEST((threads[i] == threads[i - 1]));
    BOOST_TEST(order[i] > order[i - 1]);
  }
}

BOOST_AUTO_TEST_CASE(a_plan_without_cases_gives_a_table_without_rows) {
  const Run run = run_cases(empty_plan(), 2, {});
  BOOST_TEST(run.table.rows.empty());
  BOOST_TEST(run.table.columns.size() == 2U);
  BOOST_TEST(run.keys.empty());
}

BOOST_AUTO_TEST_CASE(progress_counts_every_case_once) {
  for (const unsigned jobs : {1U, 7U}) {
    std::vector<std::size_t> seen, expected;  // only one call at a time, so no lock is needed
    (void)run_cases(plan_of(30), jobs, [&](std::size_t done, std::size_t all) {
      BOOST_TEST(all == 30U);
      seen.push_back(done);
    });
    for (std::size_t i = 1; i <= 30; ++i) expected.push_back(i);
    BOOST_TEST(seen == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_case_that_fails_is_missing_and_the_others_are_there) {
  const Run run = run_cases(
      with(plan_of(2), "failing", []() -> Outcome { throw CaseFailed("its kernel crashed"); }), 2,
      {});
  BOOST_TEST(run.table.rows.size() == 2U);
  BOOST_REQUIRE(run.skipped.size() == 1U);
  BOOST_TEST(run.skipped[0].key == "failing");
  BOOST_TEST(run.skipped[0].reason == "its kernel crashed");
  BOOST_TEST(run.skipped[0].failed);
  BOOST_TEST(!run.complete());
}

BOOST_AUTO_TEST_CASE(a_case_that_throws_ends_the_run_and_is_named) {
  for (const unsigned jobs : {1U, 2U, 7U}) {
    Plan plan = plan_of(5);
    // With more than one thread, the second case throws before the first one does.
    plan = with(std::move(plan), "slow", []() -> Outcome {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      throw std::runtime_error("too big");
    });
    plan = with(std::move(plan), "fast", []() -> Outcome { throw std::runtime_error("at once"); });
    BOOST_TEST(error_of<std::runtime_error>(std::move(plan), jobs) == "case slow: too big");
  }
  BOOST_TEST(error_of<std::runtime_error>(with(empty_plan(), "odd", []() -> Outcome {
               throw 1;
             })) == "case odd: an exception of an unknown type");
}

BOOST_AUTO_TEST_CASE(no_case_is_begun_after_one_that_threw) {
  bool begun = false;
  Plan plan = with(empty_plan(), "bad", []() -> Outcome { throw std::runtime_error("bad"); });
  plan = with(std::move(plan), "next", [&]() -> Outcome {
    begun = true;
    return Row{""};
  });
  BOOST_TEST(error_of<std::runtime_error>(std::move(plan), 1) == "case bad: bad");
  BOOST_TEST(!begun);
}

BOOST_AUTO_TEST_CASE(a_row_of_more_or_fewer_cells_than_columns_is_a_logic_error) {
  const auto gives = [](Row row) {
    return with(plan_of(2), "k", [row]() -> Outcome { return row; });
  };
  BOOST_TEST(error_of<std::logic_error>(gives({"1"})) == "no error");
  for (const Row& row : {Row{"1", "2"}, Row{"1", "2", "3"}, Row{}})
    BOOST_TEST(error_of<std::logic_error>(gives(row)) ==
               fmt::format("row k: 1 and {} cells for 2 columns", row.size()));
  Plan plan = empty_plan();
  plan.cases.push_back({{"k", "l"}, []() -> Outcome { return Row{"1"}; }});
  BOOST_TEST(error_of<std::logic_error>(std::move(plan)) == "row k/l: 2 and 1 cells for 2 columns");
}

BOOST_AUTO_TEST_CASE(two_cases_of_one_key_are_a_logic_error) {
  const auto row = []() -> Outcome { return Row{""}; };
  const auto skip = []() -> Outcome { return Skip{""}; };
  BOOST_TEST(error_of<std::logic_error>(with(with(empty_plan(), "k", row), "k", row)) ==
             "two cases have the key k");
  BOOST_TEST(error_of<std::logic_error>(with(with(empty_plan(), "k", skip), "k", row)) ==
             "two cases have the key k");
}

// All parts are done before the cases of their batch.
BOOST_AUTO_TEST_CASE(the_parts_of_a_batch_are_done_once_each_before_its_cases) {
  const std::vector<Row> expected{{"k00", "5"}, {"k01", "5"}, {"k10", "0"},
                                  {"k20", "4"}, {"k21", "4"}, {"k22", "4"}};
  for (const unsigned jobs : {1U, 2U, 3U, 7U, 20U})
    for (int round = 0; round < 20; ++round) {
      WithParts with_parts;
      const Run run = run_cases(with_parts.plan(), jobs, {});
      BOOST_TEST((run.table.rows == expected));
      for (const auto& batch : with_parts.ran)
        for (const auto& count : batch) BOOST_TEST(count == 1);
    }
}

BOOST_AUTO_TEST_CASE(joined_parts_are_those_of_each_list_in_order) {
  std::vector<std::string> ran;
  std::vector<Parts> lists;
  for (const std::string name : {"a", "none", "b"})
    lists.push_back(std::make_shared<const PartList>(
        PartList{name == "none" ? 0U : 2U,
                 [&ran, name](std::size_t part) { ran.push_back(name + std::to_string(part)); }}));
  const Parts all = joined(lists);
  BOOST_TEST(all->size == 4U);
  for (std::size_t part = 0; part < all->size; ++part) all->run(part);
  BOOST_TEST(ran == (std::vector<std::string>{"a0", "a1", "b0", "b1"}),
             boost::test_tools::per_element());
  BOOST_TEST(joined({})->size == 0U);
}

// Other threads than the one that runs the cases compute parts too, if there are any.
BOOST_AUTO_TEST_CASE(parts_run_in_parallel) {
  std::atomic<int> waiting = 0;
  std::atomic<bool> met = false;
  // Each part waits for the other; a single thread would wait forever.
  const auto part = [&](std::size_t) {
    ++waiting;
    for (int i = 0; i < 5000 && !met; ++i) {
      if (waiting == 2) met = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  Plan plan = empty_plan();
  plan.cases.push_back({{"k"}, []() -> Outcome { return Row{""}; }});
  plan.cases[0].parts = std::make_shared<const PartList>(PartList{2, part});
  (void)run_cases(std::move(plan), 2, {});
  BOOST_TEST(met);
}

BOOST_AUTO_TEST_CASE(progress_counts_parts_where_there_are_any) {
  for (const unsigned jobs : {1U, 3U}) {
    WithParts with_parts;
    std::vector<std::size_t> seen;
    (void)run_cases(with_parts.plan(), jobs, [&](std::size_t done, std::size_t all) {
      BOOST_TEST(all == 9U);
      seen.push_back(done);
    });
    BOOST_TEST(seen == (std::vector<std::size_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}),
               boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_part_that_throws_ends_the_run_and_names_the_first_case_of_its_batch) {
  for (const unsigned jobs : {1U, 2U, 7U})
    for (const std::size_t bad : {0U, 3U}) {
      WithParts with_parts;
      Plan plan = with_parts.plan();
      std::atomic<bool> begun = false;
      const auto all =
          with_bad(plan.cases[3].parts, bad, [] { throw std::runtime_error("no luck"); });
      for (std::size_t i = 3; i < 6; ++i) {
        plan.cases[i].parts = all;
        plan.cases[i].run = [&]() -> Outcome {
          begun = true;
          return Skip{};
        };
      }
      BOOST_TEST(error_of<std::runtime_error>(std::move(plan), jobs) == "case k20: no luck");
      BOOST_TEST(!begun);
    }
  // If a single thread runs everything, nothing after the failed part is started.
  WithParts with_parts;
  Plan plan = with_parts.plan();
  plan.cases[0].parts = with_bad(plan.cases[0].parts, 1, [] { throw 1; });
  BOOST_TEST(error_of<std::runtime_error>(std::move(plan), 1) ==
             "case k00: an exception of an unknown type");
  BOOST_TEST(with_parts.ran[0][0] == 1);
  BOOST_TEST(with_parts.ran[0][2] == 0);
  BOOST_TEST(with_parts.ran[2][0] == 0);
}

BOOST_AUTO_TEST_SUITE_END()
