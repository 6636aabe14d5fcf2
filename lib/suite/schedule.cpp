#include "suite/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

namespace maxtrick::suite {
namespace {

struct Result {
  std::variant<Row, Skip> value;
  std::string error;
};

Result run_case(Case& one) {
  // Moved out, so that what a case holds (an exact row, say) is freed when its last case has run.
  const auto run = std::exchange(one.run, nullptr);
  try {
    return {run(), ""};
  } catch (const std::exception& error) {
    return {{}, fmt::format("case {}: {}", one.key, error.what())};
  } catch (...) {
    return {{}, fmt::format("case {}: an exception of an unknown type", one.key)};
  }
}

// Where each batch starts, and the end.
std::vector<std::size_t> batches(const std::vector<Case>& cases) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < cases.size(); ++i)
    if (i == 0 || cases[i].batch == 0 || cases[i].batch != cases[i - 1].batch) starts.push_back(i);
  starts.push_back(cases.size());
  return starts;
}

}  // namespace

Run run_cases(Plan plan, unsigned jobs, const Progress& progress) {
  std::vector<Result> results(plan.cases.size());
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex telling;
  std::size_t done = 0;
  const std::vector<std::size_t> starts = batches(plan.cases);
  const auto work = [&] {
    for (std::size_t batch; !failed && (batch = next++) + 1 < starts.size();)
      for (std::size_t i = starts[batch]; !failed && i < starts[batch + 1]; ++i) {
        results[i] = run_case(plan.cases[i]);
        if (!results[i].error.empty()) failed = true;
        const std::lock_guard lock(telling);
        ++done;
        if (progress) progress(done, plan.cases.size());
      }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < jobs; ++i) threads.emplace_back(work);
    work();
  }

  Run run{std::move(plan.table), {}, {}};
  std::set<std::string> known;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string& key = plan.cases[i].key;
    if (!results[i].error.empty()) throw std::runtime_error(results[i].error);
    if (failed) continue;  // on to the case that did
    if (!known.insert(key).second) throw std::logic_error("two cases are called " + key);
    run.keys.push_back(key);
    if (const auto* skip = std::get_if<Skip>(&results[i].value)) {
      run.skipped.push_back({key, skip->reason});
      continue;
    }
    Row& row = std::get<Row>(results[i].value);
    if (row.size() != run.table.columns.size() || run.table.key(row) != key)
      throw std::logic_error(fmt::format("case {} gave a row that is not its own", key));
    run.table.rows.push_back(std::move(row));
  }
  return run;
}

}  // namespace maxtrick::suite
