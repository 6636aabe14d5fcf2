// Runs the cases of a plan in parallel. The table is the same as if they ran one after the other.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "run/experiment.hpp"

namespace maxtrick::run {

// A case that was skipped; see Skip for the reason and the flags.
struct Skipped {
  std::string key;
  std::string reason;
  bool optional = false;
  bool failed = false;
};

// The result of running a plan.
struct Run {
  table::ResultTable table;       // rows in the order of the plan
  std::vector<Skipped> skipped;   // in the order of the plan
  std::vector<std::string> keys;  // keys of all cases, both run and skipped

  // Whether all cases ran, except for optional ones.
  [[nodiscard]] bool complete() const;
};

// Called after each case, or after each part if there are parts, with the number of those done and
// of all. May be called from any thread, but never by two threads at the same time.
using Progress = std::function<void(std::size_t done, std::size_t all)>;

// Runs all cases on `jobs` threads. A case that throws CaseFailed is skipped for that reason. A
// case that throws anything else ends the run with std::runtime_error, which names the case; if
// several throw, the first in the order of the plan. Throws std::logic_error if a case has more or
// fewer cells than the table has columns, or if two cases share a key.
[[nodiscard]] Run run_cases(Plan plan, unsigned jobs, const Progress& progress);

}  // namespace maxtrick::run
