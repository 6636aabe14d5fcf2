// Plans for a table with two columns, the key `case` and `x`.
#pragma once

#include "run/schedule.hpp"
#include "test.hpp"

namespace maxtrick::tests {

using Outcome = std::variant<table::Row, run::Skip>;

inline run::Plan empty_plan(table::Rule rule = table::Rule::exact) {
  return {.table = {.title = "",
                    .description = "",
                    .columns = {{"case", table::Rule::key, ""}, {"x", rule, ""}},
                    .rows = {}},
          .cases = {}};
}

// Returns the message of the exception that ends a run of the plan.
template <class Error>
std::string error_of(run::Plan plan, unsigned jobs = 2) {
  return error_of<Error>([&] { return run::run_cases(std::move(plan), jobs, {}); });
}

}  // namespace maxtrick::tests
