// The plan that an experiment makes of a config.
#pragma once

#include "config_errors.hpp"
#include "result_rows.hpp"
#include "run/experiment.hpp"

namespace maxtrick::tests {

inline run::Plan plan_of(std::string_view experiment, Section& root) {
  for (const char* key : {"experiment", "title", "description"}) (void)root.has(key);
  for (const auto& one : run::experiments())
    if (one.name == experiment) return one.plan(root);
  throw std::logic_error("no such experiment");
}

// Returns the plan of a whole config.
inline run::Plan plan_of(std::string_view experiment, const std::string& config) {
  return read_config(config, [&](Section& root) { return plan_of(experiment, root); });
}

// Returns the rows of a plan that has no parts, by their keys.
inline std::map<std::string, Cells> rows_of_plan(run::Plan plan) {
  std::map<std::string, Cells> rows;
  for (auto& one : plan.cases) {
    const table::Row row = plan.table.row(one.key, std::get<table::Row>(one.run()));
    BOOST_TEST(plan.table.key(row) == one.key.text());
    for (std::size_t i = 0; i < row.size(); ++i)
      rows[one.key.text()][plan.table.columns[i].name] = row[i].text();
  }
  return rows;
}

// A mistake in a config: `to` replaces the first `from`, and `line` is the first line of the
// report.
struct Mistake {
  std::string from, to, line;
};

// Returns the report of all errors in a config; first_error returns its first line.
inline std::string plan_errors(std::string_view experiment, const std::string& config) {
  return errors(config, [&](Section& root) { (void)plan_of(experiment, root); });
}
inline std::string first_error(std::string_view experiment, const std::string& config) {
  const std::string report = plan_errors(experiment, config);
  return report.substr(0, report.find('\n'));
}

// Checks that `config` has no errors, and that each of the mistakes is reported.
inline void check_mistakes(std::string_view experiment, const std::string& config,
                           const std::vector<Mistake>& mistakes) {
  BOOST_TEST(plan_errors(experiment, config) == "");
  for (const auto& [from, to, line] : mistakes)
    BOOST_TEST(first_error(experiment, replaced(config, from, to)) == line);
}

}  // namespace maxtrick::tests
