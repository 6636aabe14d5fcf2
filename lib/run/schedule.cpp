#include "run/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>

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

  Batch(std::size_t begin, Parts before)
      : first(begin), end(begin), parts(std::move(before)), parts_left(parts ? parts->size() : 0) {}
};

// The parts of a case. Kept parts without a checkpoint are computed and taken like any others.
Parts parts_of(const Case& one) {
  if (!one.kept) return one.parts;
  auto all = std::make_shared<std::vector<std::function<void()>>>();
  for (std::size_t part = 0; part < one.kept->size; ++part)
    all->push_back([kept = one.kept, part] {
      if (!kept->take(part, kept->compute(part)))
        throw std::logic_error("a part rejects its own result");
    });
  return all;
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
      for (std::size_t i = 0; i < parts; ++i) items_.push_back({&batch, i});
      if (parts == 0) items_.push_back({&batch, no_part});
      all_ += parts;
    }
    counts_parts_ = all_ > 0;
    if (!counts_parts_) all_ = cases_.size();
  }

  // Each thread calls this.
  void operator()() {
    for (std::size_t i; !failed_ && (i = next_++) < items_.size();) {
      Batch& batch = *items_[i].batch;
      if (items_[i].part != no_part) {
        if (!run_part(batch, items_[i].part)) return;
        // The thread that ends the last part continues with the cases.
        if (batch.parts_left.fetch_sub(1) > 1) continue;
      }
      run_cases_of(batch);
    }
  }

  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] std::vector<Result>& results() { return results_; }

 private:
  static constexpr std::size_t no_part = SIZE_MAX;
  struct Item {
    Batch* batch;
    std::size_t part;
  };

  // An exception of the function becomes the error of a case.
  template <class Function>
  bool attempt(std::size_t index, Function function) {
    std::string error;
    try {
      function();
      return true;
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
    const bool done = attempt(batch.first, (*batch.parts)[part]);
    if (done) tell();
    return done;
  }

  void run_cases_of(const Batch& batch) {
    for (std::size_t i = batch.first; !failed_ && i < batch.end; ++i) {
      // `run` is moved out of the case, so that the values that it holds (an exact row, say) are
      // freed when their last case has run.
      const auto run = std::exchange(cases_[i].run, nullptr);
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
  std::vector<Item> items_;
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
    for (unsigned i = 1; i < jobs; ++i) threads.emplace_back([&work] { work(); });
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
