// Running the cases of a plan, in parallel, with the same table as one after the other.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "run/experiment.hpp"

namespace maxtrick::run {

struct Skipped {
  std::string key;
  std::string reason;
  bool optional = false;
  bool failed = false;
};

struct Run {
  table::ResultTable table;       // rows in the plan's order
  std::vector<Skipped> skipped;   // likewise
  std::vector<std::string> keys;  // of all cases, run and skipped

  // Whether all that was asked for ran.
  [[nodiscard]] bool complete() const;
};

// Called after each case, or each part where there are any, with the number done and of all; from
// any thread, one call at a time.
using Progress = std::function<void(std::size_t done, std::size_t all)>;

// Runs every case on `jobs` threads. A case that throws CaseFailed is skipped, with that reason.
// One that throws anything else ends the run with std::runtime_error, which names the case (the
// first by the plan's order of those that threw). Throws std::logic_error where a case has more or
// fewer cells than the table has columns, or where two cases share a key.
[[nodiscard]] Run run_cases(Plan plan, unsigned jobs, const Progress& progress);

}  // namespace maxtrick::run
