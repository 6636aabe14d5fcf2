// Parts, which are done before the cases of their batch: of a plan whose cases take much time.
#include <atomic>

#include "plans.hpp"

BOOST_AUTO_TEST_SUITE(schedule_parts_test)

namespace {

using namespace maxtrick::config;
using namespace maxtrick::run;
using namespace maxtrick::table;
using maxtrick::tests::empty_plan;
using maxtrick::tests::error_of;
using maxtrick::tests::Outcome;
using Functions = std::vector<std::function<void()>>;

// Three batches of 2, 1 and 3 cases; the first and the last have parts, 5 and 4, that all of their
// cases carry. A case's row says how many of its batch's parts were done when it ran.
struct WithParts {
  std::vector<std::size_t> sizes{2, 1, 3}, parts{5, 0, 4};
  // How often each part ran, batch by batch.
  std::vector<std::vector<std::atomic<int>>> ran;

  WithParts() {
    for (const std::size_t n : parts) ran.emplace_back(n);
  }
  Plan plan() {
    Plan plan = empty_plan();
    for (std::size_t b = 0; b < sizes.size(); ++b) {
      auto all = std::make_shared<Functions>();
      for (auto& count : ran[b])
        all->push_back([&count] {
          std::this_thread::sleep_for(std::chrono::microseconds(300));
          ++count;
        });
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

// By other threads than the one that runs the cases, where there are any.
BOOST_AUTO_TEST_CASE(parts_run_in_parallel) {
  std::atomic<int> waiting = 0;
  std::atomic<bool> met = false;
  // Each waits for the other; one thread alone would wait in vain.
  const auto part = [&] {
    ++waiting;
    for (int i = 0; i < 5000 && !met; ++i) {
      if (waiting == 2) met = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  Plan plan = empty_plan();
  plan.cases.push_back({{"k"}, []() -> Outcome { return Row{""}; }});
  plan.cases[0].parts = std::make_shared<const Functions>(2, part);
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
      auto parts = *plan.cases[3].parts;
      parts[bad] = [] { throw std::runtime_error("out of memory"); };
      const auto all = std::make_shared<const Functions>(parts);
      for (std::size_t i = 3; i < 6; ++i) {
        plan.cases[i].parts = all;
        plan.cases[i].run = [&]() -> Outcome {
          begun = true;
          return Skip{};
        };
      }
      BOOST_TEST(error_of<std::runtime_error>(std::move(plan), jobs) == "case k20: out of memory");
      BOOST_TEST(!begun);
    }
  // And nothing after it is begun, where one thread does it all.
  WithParts with_parts;
  Plan plan = with_parts.plan();
  auto parts = *plan.cases[0].parts;
  parts[1] = [] { throw 1; };
  plan.cases[0].parts = std::make_shared<const Functions>(parts);
  BOOST_TEST(error_of<std::runtime_error>(std::move(plan), 1) ==
             "case k00: an exception of an unknown type");
  BOOST_TEST(with_parts.ran[0][0] == 1);
  BOOST_TEST(with_parts.ran[0][2] == 0);
  BOOST_TEST(with_parts.ran[2][0] == 0);
}

BOOST_AUTO_TEST_SUITE_END()
