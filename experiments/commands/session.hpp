// From configs to computed tables: the part that run, check and accept have in common.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "commands/commands.hpp"
#include "suite/resume.hpp"
#include "suite/schedule.hpp"
#include "suite/store.hpp"

namespace maxtrick::commands {

// A config that was read and laid out, before anything runs.
struct Prepared {
  std::filesystem::path path;
  std::string name;  // of the table: the file's name without .toml
  std::string text;
  suite::Plan plan;                           // the cases that the filter selects
  std::vector<std::string> all_keys;          // of every case, selected or not
  std::set<std::string> libraries, isas;      // as in the plan
  std::map<std::string, std::string> inputs;  // as in suite::Provenance
  suite::Resumed resumed = {};  // of what compute() keeps: to be removed once the result is used
};

// Reads every config and throws one suite::ConfigError for the errors of all of them. Throws
// UsageError for a missing config, a bad filter, or two configs of one name.
[[nodiscard]] std::vector<Prepared> prepare(const TableOptions& options);

// The config files in configs/, sorted. Throws UsageError where there are none.
[[nodiscard]] std::vector<std::filesystem::path> default_configs();

// Runs the cases, with a progress bar on a terminal, and says on stderr what was skipped and why,
// and what an earlier run left.
[[nodiscard]] suite::Run compute(Prepared& prepared, const TableOptions& options);

// Says on stdout which cells are above what theory bounds (ResultTable::limits); exit_check_failed
// where there are any, else exit_holds.
int report_beyond_limits(const suite::ResultTable& table, const Prepared& prepared,
                         const std::filesystem::path& csv);

[[nodiscard]] suite::Provenance provenance(const Prepared& prepared, const TableOptions& options);

// The worse of two exit codes: the more certain the bad news, the sooner it is told.
[[nodiscard]] int worse(int a, int b);

// Whether the variable CI is set, and not empty: then no baseline changes.
[[nodiscard]] bool in_ci();

// The lines that a filter leaves nothing of; exit_incomplete.
int nothing_selected(const std::vector<Prepared>& all, const TableOptions& options);

}  // namespace maxtrick::commands
