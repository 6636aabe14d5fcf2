// The table of the experiment `speed`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oracle/outcome.hpp"
#include "speed/comparison.hpp"
#include "table/columns.hpp"

namespace maxtrick::speed {

// What launches that all measured a case found. No times where it was not timed.
struct Timed {
  oracle::Outcome outcome = oracle::Outcome::ok;
  double max_error_ulp = 0;
  std::string implementation = {};
  std::optional<double> time_ns = {}, gb_per_s = {}, launch_spread = {};
  std::optional<table::Interval> speed = {}, memcpy_share = {};
  std::string claims = {}, measured = {}, verdicts = {};  // of each claim, parted by "; "
};

using Columns = table::Columns<Case, Timed>;
[[nodiscard]] Columns columns();

// A table of these columns without rows, with its views.
[[nodiscard]] table::ResultTable empty_table(const Spec& spec);

[[nodiscard]] Timed evaluate(const Case& one, const Spec& spec,
                             const std::vector<Launched>& launches);

}  // namespace maxtrick::speed
