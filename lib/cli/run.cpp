#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>

#include "cli/exports.hpp"
#include "cli/plugins.hpp"
#include "cli/session.hpp"
#include "io/files.hpp"
#include "table/check.hpp"

namespace maxtrick::cli {
namespace {

// The table on disk; no value if the file does not exist or is not a table.
std::optional<table::Baseline> table_on_disk(const std::filesystem::path& csv) {
  auto text = io::read_file_if_there(csv);
  if (!text) return std::nullopt;
  try {
    return table::Baseline(std::move(*text));
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

// The rows of the table on disk that the config still requests and that this run did not make.
// `run` does not replace a table that would lose such rows.
std::vector<std::string> lost_rows(const table::Baseline& old, const Prepared& prepared,
                                   const table::ResultTable& table) {
  std::vector<std::string> lost;
  if (old.header().size() != table.columns.size()) return lost;
  std::set<std::string> made;
  for (const auto& row : table.rows) made.insert(table.key(row));
  const auto& asked = prepared.all_keys;
  for (const auto& row : old.rows()) {
    const std::string key = table.key(row);
    if (!made.contains(key) && std::find(asked.begin(), asked.end(), key) != asked.end())
      lost.push_back(key);
  }
  return lost;
}

std::filesystem::path folder_of(const RunOptions& options) {
  return options.folder.empty() ? "results" : options.folder;
}

// Whether the times of the table on disk stay, as long as the rest of it holds. Times belong to a
// machine and a moment, so those of a committed table are only replaced on request. A plug-in may
// have been rebuilt, so a table with rows of plug-ins is always measured.
bool keeps_times(const Prepared& prepared, const RunOptions& options) {
  return !options.times && prepared.plan.table.has_times() && prepared.foreign_keys.empty() &&
         run::answers(prepared.csv_in(folder_of(options)).parent_path(), prepared.name,
                      provenance(prepared, options));
}

// The table on disk in place of a run, if the experiment measures times and nothing else, so that
// there is nothing to compute; no value if the table has other rows than a run would make.
std::optional<run::Run> already_there(const Prepared& prepared, const RunOptions& options) {
  const auto& cases = prepared.plan.cases;
  if (prepared.plan.folder.empty() || cases.size() != prepared.all_keys.size()) return std::nullopt;
  const auto old = table_on_disk(prepared.csv_in(folder_of(options)));
  if (!old) return std::nullopt;
  run::Run run{prepared.plan.table, {}, {}};
  run.table.rows = old->rows();
  if (!table::compare(run.table, *old).empty()) return std::nullopt;  // it has other columns
  auto left = old->by_key(run.table);
  for (const run::Case& one : cases)
    if (left.erase(one.key.text()) == 0 && !one.unavailable) return std::nullopt;
  return left.empty() ? std::optional(run) : std::nullopt;
}

// Judges the table that the user gets: the one that is written, or the one on disk whose times are
// kept.
int judge(const run::Run& run, const Prepared& prepared, const RunOptions& options) {
  const auto csv = prepared.csv_in(folder_of(options));
  return worse(report_findings(run.table, prepared, csv),
               report_plugins(run.table, prepared, csv, options.plugins));
}

int write_table(run::Run& run, Prepared& prepared, const RunOptions& options, bool keep_times) {
  const auto csv = prepared.csv_in(folder_of(options));
  if (run.table.rows.empty()) {
    fmt::print("{}: no row could be computed, so nothing was written\n", csv.string());
    return exit_incomplete;
  }
  const io::FolderLock lock = lock_folder(csv.parent_path());
  const auto old = table_on_disk(csv);
  const auto lost = old ? lost_rows(*old, prepared, run.table) : std::vector<std::string>{};
  // Compared by the rules of the columns.
  const std::size_t broken = old ? table::compare(run.table, *old).size() : 0;
  // Another run may have replaced the table since keeps_times() was asked before the computation.
  keep_times = keep_times && old && lost.empty() && broken == 0 &&
               run::answers(csv.parent_path(), prepared.name, provenance(prepared, options));
  if (keep_times) {
    run.table.rows = old->rows();
    prepared.load = {};  // it disturbed only the times that are discarded
  }
  const int code = judge(run, prepared, options);
  if (!lost.empty()) {
    fmt::print(stderr,
               "{}: left as it is: it holds {} rows that this run did not make ({}, ...); choose "
               "another folder with -o\n",
               csv.string(), lost.size(), lost.front());
    return worse(code, exit_incomplete);
  }
  if (broken > 0 && in_ci()) {
    fmt::print(stderr,
               "{}: left as it is, since the variable CI is set: {} cells or rows do not hold; "
               "maxtrick check names them\n",
               csv.string(), broken);
    return exit_check_failed;
  }
  if (!keep_times) report_load(run.table, prepared, csv);
  const auto stored =
      run::store(run.table, provenance(prepared, options), csv.parent_path(), prepared.name);
  prepared.resumed.remove();
  fmt::print("{}: {} rows, {}", csv.string(), run.table.rows.size(),
             stored == run::Stored::written ? "written" : "unchanged");
  if (keep_times) fmt::print("; its times are kept, and --times measures them again");
  if (broken > 0) fmt::print("; {} cells or rows of the old table did not hold", broken);
  fmt::print("\n");
  flush_stdout();  // so that a reader of the log sees it at once
  return worse(code, run.complete() ? exit_holds : exit_incomplete);
}

// The models that the configs export, each in its own folder in `folder`.
std::vector<Destination> models_of(const std::vector<Prepared>& all,
                                   const std::filesystem::path& folder) {
  std::vector<Destination> models;
  std::map<std::string, std::string> configs;
  for (const Prepared& one : all) {
    if (one.plan.models.empty())
      throw UsageError(fmt::format("run: --export: {} has no [[export]]", one.path.string()));
    for (const run::Export& model : one.plan.models) {
      const auto [twin, is_new] = configs.emplace(model.name, one.path.string());
      if (!is_new)
        throw UsageError(fmt::format("run: --export: {} and {} both export {}", twin->second,
                                     one.path.string(), model.name));
      models.push_back({model, folder / model.name});
    }
  }
  return models;
}

void list_cases(const std::vector<Prepared>& all) {
  for (const auto& one : all) {
    for (const auto& single : one.plan.cases) fmt::print("{}\n", single.key.text());
    fmt::print(stderr, "{}: {} cases\n", one.path.string(), one.plan.cases.size());
  }
}

}  // namespace

int run(const RunOptions& options) {
  load_plugins(options.plugins);
  std::vector<Prepared> all =
      options.configs.empty() ? prepare_default_set(options) : prepare(options);
  std::vector<Destination> models;
  if (!options.exports.empty()) models = models_of(all, options.exports);
  if (std::all_of(all.begin(), all.end(), [](const auto& one) { return one.plan.cases.empty(); }))
    return nothing_selected(all, options);
  if (options.dry_run) {
    list_cases(all);
    return exit_holds;
  }
  // Part of a table, or a table with overrides or with rows of plug-ins, is only printed. It is not
  // stored among the committed tables unless the user names a folder.
  const bool show =
      options.folder.empty() &&
      (!options.filter.empty() || !options.overrides.empty() || !options.plugins.files.empty());
  if (!show) {
    io::require_writable(folder_of(options));
    require_table_files(all, folder_of(options));
  }
  require_writable(models);
  int code = exit_holds;
  for (Prepared& one : all) {
    if (one.plan.cases.empty()) continue;
    const bool keep_times = !show && keeps_times(one, options);
    auto there = keep_times ? already_there(one, options) : std::nullopt;
    run::Run computed = there ? std::move(*there) : compute(one, options);
    if (show) {
      code = worse(code, judge(computed, one, options));
      fmt::print("{}", table::render(computed.table, table::Format::table));
      report_load(computed.table, one, one.path);
      one.resumed.remove();
      if (!computed.complete()) code = worse(code, exit_incomplete);
    } else {
      code = worse(code, write_table(computed, one, options, keep_times));
    }
  }
  return worse(code, write_exports(models));
}

}  // namespace maxtrick::cli
