#include "run/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include "run/limits.hpp"

namespace maxtrick::run {
namespace {

struct Result {
  std::variant<table::Row, Skip> value;
  std::string error;
};

// The cases of a batch, and the parts that must be done before them.
struct Batch {
  std::size_t first, end;
  Parts parts;
  std::atomic<std::size_t> parts_left;
  std::size_t items_end = 0;  // of Work

  Batch(std::size_t begin, Parts before)
      : first(begin), end(begin), parts(std::move(before)), parts_left(parts ? parts->size : 0) {}
};

// The parts of a case. Kept parts without a checkpoint are computed and taken like any others.
Parts parts_of(const Case& one) {
  if (!one.kept) return one.parts;
  return std::make_shared<const PartList>(
      PartList{one.kept->size, [kept = one.kept](std::size_t part) {
                 if (!kept->take(part, kept->compute(part)))
                   throw std::logic_error("a part rejects its own result");
               }});
}

std::deque<Batch> batches(const std::vector<Case>& cases) {
  std::deque<Batch> all;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (i == 0 || cases[i].batch == 0 || cases[i].batch != cases[i - 1].batch)
      all.emplace_back(i, parts_of(cases[i]));
    all.back().end = i + 1;
  }
  return all;
}

class Work {
 public:
  Work(Plan& plan, const Progress& progress)
      : cases_(plan.cases),
        progress_(progress),
        results_(cases_.size()),
        batches_(batches(cases_)) {
    for (Batch& batch : batches_) {
      const std::size_t parts = batch.parts_left;
      batch.items_end = items_ += std::max<std::size_t>(parts, 1);
      all_ += parts;
    }
    counts_parts_ = all_ > 0;
    if (!counts_parts_) all_ = cases_.size();
  }

  // Each thread calls this.
  void operator()() {
    for (std::size_t item; !failed_ && (item = next_++) < items_;) {
      Batch& batch =
          *std::upper_bound(batches_.begin(), batches_.end(), item,
                            [](std::size_t i, const Batch& one) { return i < one.items_end; });
      if (batch.parts && batch.parts->size > 0) {
        if (!run_part(batch, item + batch.parts->size - batch.items_end)) return;
        // The thread that ends the last part continues with the cases.
        if (batch.parts_left.fetch_sub(1) > 1) continue;
      }
      run_cases_of(batch);
    }
  }

  // Lets the threads end after the case or part that each is at.
  void stop() { failed_ = true; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::vector<Result>& results() { return results_; }

 private:
  // An exception of the function becomes the error of a case.
  template <class Function>
  bool attempt(std::size_t index, Function function) {
    std::string error;
    try {
      function();
      return true;
    } catch (const std::bad_alloc&) {
      error = out_of_memory();
    } catch (const std::exception& exception) {
      error = exception.what();
    } catch (...) {
      error = "an exception of an unknown type";
    }
    const std::lock_guard lock(telling_);
    // If several parts of a batch fail, the first error is kept.
    if (results_[index].error.empty())
      results_[index].error = fmt::format("case {}: {}", cases_[index].key.text(), error);
    failed_ = true;
    return false;
  }

  bool run_part(const Batch& batch, std::size_t part) {
    const bool done = attempt(batch.first, [&] { batch.parts->run(part); });
    if (done) tell();
    return done;
  }

  void run_cases_of(Batch& batch) {
    // The parts are done. They hold results too, which only the cases need now.
    batch.parts = nullptr;
    for (std::size_t i = batch.first; !failed_ && i < batch.end; ++i) {
      // `run` is moved out of the case, so that the values that it holds (an exact row, say) are
      // freed when their last case has run.
      const auto run = std::exchange(cases_[i].run, nullptr);
      cases_[i].parts = nullptr;
      attempt(i, [&] {
        try {
          results_[i].value = run();
        } catch (const CaseFailed& failed) {
          results_[i].value = Skip{.reason = failed.what(), .failed = true};
        }
      });
      if (!counts_parts_) tell();
    }
  }

  void tell() {
    const std::lock_guard lock(telling_);
    ++done_;
    if (progress_) progress_(done_, all_);
  }

  std::vector<Case>& cases_;
  const Progress& progress_;
  std::vector<Result> results_;
  std::deque<Batch> batches_;
  // The items that the threads take: each part of a batch, or one for a batch without parts.
  std::size_t items_ = 0;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex telling_;
  std::size_t done_ = 0, all_ = 0;
  bool counts_parts_ = false;
};

}  // namespace

bool Run::complete() const {
  return std::all_of(skipped.begin(), skipped.end(), [](const auto& one) { return one.optional; });
}

Run run_cases(Plan plan, unsigned jobs, const Progress& progress) {
  Work work(plan, progress);
  {
    std::vector<std::jthread> threads;
    try {
      for (unsigned i = 1; i < jobs; ++i) threads.emplace_back([&work] { work(); });
    } catch (const std::system_error& error) {
      work.stop();
      throw std::runtime_error(no_thread(threads.size() + 2, jobs, error.code()));
    } catch (...) {
      work.stop();
      throw;
    }
    work();
  }
  std::vector<Result>& results = work.results();
  const bool failed = work.failed();

  Run run{std::move(plan.table), {}, {}};
  std::set<std::string> known;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::string& key = plan.cases[i].key.text();
    if (!results[i].error.empty()) throw std::runtime_error(results[i].error);
    if (failed) continue;  // continue to the case that failed
    if (!known.insert(key).second) throw std::logic_error("two cases have the key " + key);
    run.keys.push_back(key);
    if (plan.cases[i].promised) run.table.promised.insert(key);
    if (const auto* skip = std::get_if<Skip>(&results[i].value)) {
      run.skipped.push_back({key, skip->reason, skip->optional, skip->failed});
      continue;
    }
    run.table.rows.push_back(
        run.table.row(plan.cases[i].key, std::get<table::Row>(results[i].value)));
  }
  return run;
}

}  // namespace maxtrick::run
