// Computes tables from configs: the code that run, check and accept share.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "io/folder_lock.hpp"
#include "run/resume.hpp"
#include "run/schedule.hpp"
#include "run/store.hpp"
#include "table/check.hpp"
#include "timing/load.hpp"

namespace maxtrick::cli {

// A config that was read, and its plan, before anything runs.
struct Prepared {
  std::filesystem::path path;
  std::string name;  // name of the table: the file name without .toml
  std::string text;
  // The config excludes itself from the default set.
  bool by_name_only = false;
  run::Plan plan = {};                             // the cases that the filter selects
  std::vector<std::string> all_keys = {};          // keys of all cases, selected or not
  std::set<std::string> foreign_keys = {};         // those of plug-ins among all_keys
  std::set<std::string> libraries = {};            // as in the plan
  std::set<std::string> isas = {};                 // as in the plan
  std::map<std::string, std::string> inputs = {};  // as in run::Provenance
  std::filesystem::path folder = {};               // subfolder of its table, as in the plan
  std::filesystem::path kept_in = {};              // subfolder of its checkpoints, in kept_folder()
  run::Resumed resumed = {};  // its checkpoints, to be removed once the result is used
  timing::Load load = {};     // of other programs while times were measured

  // The CSV file of its table, where `tables` is the folder of all tables.
  [[nodiscard]] std::filesystem::path csv_in(const std::filesystem::path& tables) const {
    return tables / folder / (name + ".csv");
  }
};

// Reads all configs, and throws one config::ConfigError for the errors of all of them. Throws
// UsageError for a missing config, an invalid filter, or two configs with the same name.
[[nodiscard]] std::vector<Prepared> prepare(const TableOptions& options);

// The default set, for a command that names no config: all configs in configs/ except those with
// `by_name_only = true`. These are the experiments that measure times, which belong to a machine
// and a moment. Prints on stderr which were left out.
[[nodiscard]] std::vector<Prepared> prepare_default_set(TableOptions options);

// The config files in configs/, sorted. Throws UsageError if there are none.
[[nodiscard]] std::vector<std::filesystem::path> default_configs();

// Runs the cases, with a progress bar on a terminal. Prints on stderr the skipped cases with the
// reasons, and the use of checkpoints. For a table with times it measures `prepared.load`.
[[nodiscard]] run::Run compute(Prepared& prepared, const TableOptions& options);

// Errors that the table shows without a baseline: cells above their bound (ResultTable::limits),
// and claims about speed that do not hold (ResultTable::judged).
[[nodiscard]] std::vector<table::Mismatch> findings(const table::ResultTable& table,
                                                    const Prepared& prepared);

// Prints on stderr what disturbed the times of the table: other programs, and how many intervals
// are marked as wide.
void report_load(const table::ResultTable& table, const Prepared& prepared,
                 const std::filesystem::path& csv);

// Prints the findings on stdout. Returns exit_check_failed, exit_slower or exit_noisy, or
// exit_holds if there are none. Claims that were judged on a busy machine count as noisy.
int report_findings(const table::ResultTable& table, const Prepared& prepared,
                    const std::filesystem::path& csv);

// The exit code for a mismatch of this kind.
[[nodiscard]] int exit_code(table::Mismatch::Kind kind);

// What the manifest of the table states.
[[nodiscard]] run::Provenance provenance(const Prepared& prepared, const TableOptions& options);

// The worse of two exit codes. More certain failures take precedence over less certain ones.
[[nodiscard]] int worse(int a, int b);

// Whether the environment variable CI is set and not empty. In that case no baseline is changed.
[[nodiscard]] bool in_ci();

// Throws io::InputError if a file of one of the tables cannot be read or replaced: see
// table::require_table_files. To be called before anything is computed.
void require_table_files(const std::vector<Prepared>& all, const std::filesystem::path& tables);

// The lock of a folder into which tables or other files are written, or whose tables are read, so
// that concurrent runs neither mix nor lose tables, and a check reads the files of one run. Prints on
// stderr if it has to wait for long.
[[nodiscard]] io::FolderLock lock_folder(const std::filesystem::path& folder);

// Explains that `--filter` matched no row, and returns exit_incomplete.
int nothing_selected(const std::vector<Prepared>& all, const TableOptions& options);

}  // namespace maxtrick::cli
