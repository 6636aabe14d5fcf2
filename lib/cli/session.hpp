// From configs to computed tables: the part that run, check and accept have in common.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "run/resume.hpp"
#include "run/schedule.hpp"
#include "run/store.hpp"
#include "table/check.hpp"

namespace maxtrick::cli {

// A config that was read and laid out, before anything runs.
struct Prepared {
  std::filesystem::path path;
  std::string name;  // of the table: the file's name without .toml
  std::string text;
  bool by_name_only = false;                       // the config says so: no part of the default set
  run::Plan plan = {};                             // the cases that the filter selects
  std::vector<std::string> all_keys = {};          // of every case, selected or not
  std::set<std::string> foreign_keys = {};         // those of plug-ins among them
  std::set<std::string> libraries = {};            // as in the plan
  std::set<std::string> isas = {};                 // likewise
  std::map<std::string, std::string> inputs = {};  // as in run::Provenance
  std::filesystem::path folder = {};   // of its table in that of all tables; as in the plan
  std::filesystem::path kept_in = {};  // the folder of what compute() keeps, in kept_folder()
  run::Resumed resumed = {};  // of what compute() keeps: to be removed once the result is used

  // The CSV of its table, where `tables` is the folder of all.
  [[nodiscard]] std::filesystem::path csv_in(const std::filesystem::path& tables) const {
    return tables / folder / (name + ".csv");
  }
};

// Reads every config and throws one config::ConfigError for the errors of all of them. Throws
// UsageError for a missing config, a bad filter, or two configs of one name.
[[nodiscard]] std::vector<Prepared> prepare(const TableOptions& options);

// The default set, where no config was named: all in configs/ but those that say `by_name_only =
// true`, which times do: they belong to a machine and a moment. Says on stderr which were left out.
[[nodiscard]] std::vector<Prepared> prepare_default_set(TableOptions options);

// The config files in configs/, sorted. Throws UsageError where there are none.
[[nodiscard]] std::vector<std::filesystem::path> default_configs();

// Runs the cases, with a progress bar on a terminal, and says on stderr what was skipped and why,
// and what an earlier run left.
[[nodiscard]] run::Run compute(Prepared& prepared, const TableOptions& options);

// What the table itself does not allow, baseline or none: cells above their bound
// (ResultTable::limits), and claims about speed that do not hold (ResultTable::judged).
[[nodiscard]] std::vector<table::Mismatch> findings(const table::ResultTable& table);

// Says them on stdout; exit_check_failed, exit_slower or exit_noisy, or exit_holds where none are.
int report_findings(const table::ResultTable& table, const Prepared& prepared,
                    const std::filesystem::path& csv);

[[nodiscard]] int exit_code(table::Mismatch::Kind kind);

[[nodiscard]] run::Provenance provenance(const Prepared& prepared, const TableOptions& options);

// The worse of two exit codes: the more certain the bad news, the sooner it is told.
[[nodiscard]] int worse(int a, int b);

// Whether the variable CI is set, and not empty: then no baseline changes.
[[nodiscard]] bool in_ci();

// The lines that a filter leaves nothing of; exit_incomplete.
int nothing_selected(const std::vector<Prepared>& all, const TableOptions& options);

}  // namespace maxtrick::cli
