// The table of the experiment `speed`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oracle/outcome.hpp"
#include "speed/comparison.hpp"
#include "table/columns.hpp"

namespace maxtrick::speed {

// The combined results of the launches that measured a case. The times are empty where it was not
// timed.
struct Timed {
  oracle::Outcome outcome = oracle::Outcome::ok;
  double max_error_ulp = 0;
  std::string implementation = {};
  std::optional<double> time_ns = {}, gb_per_s = {}, launch_spread = {};
  std::string best_library = {};
  std::optional<table::Interval> speed = {}, memcpy_share = {};
  // The claims or the goals of the case, each part with one text for each, separated by "; ".
  struct Compared {
    std::string texts, measured, verdicts, distances;
  };
  Compared claims = {}, goals = {};
};

using Columns = table::Columns<Case, Timed>;
[[nodiscard]] Columns columns();

// Returns a table of these columns with its views, without rows.
[[nodiscard]] table::ResultTable empty_table(const Spec& spec);

// Combines the results of all launches of a case, and compares it with the claims and
// goals that match it.
[[nodiscard]] Timed evaluate(const Case& one, const Spec& spec,
                             const std::vector<Launched>& launches);

}  // namespace maxtrick::speed
