#include "table/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "cli/junit.hpp"
#include "cli/neon_rows.hpp"
#include "cli/plugins.hpp"
#include "cli/session.hpp"
#include "io/files.hpp"
#include "table/table_files.hpp"

namespace maxtrick::cli {
namespace {

using table::Mismatch;

// The table with the rule `exact` for every column that is not a key.
table::ResultTable strict(table::ResultTable table) {
  for (auto& column : table.columns) {
    if (column.rule != table::Rule::key) column.rule = table::Rule::exact;
    column.shown_only.clear();
  }
  return table;
}

// A file that should hold a table, with the table, or with the reason why it holds none.
struct OnDisk {
  std::filesystem::path csv;
  std::optional<table::Baseline> table = {};
  std::string error = {};
};

// No value if the file does not exist.
std::optional<OnDisk> read_baseline(const std::filesystem::path& csv) {
  auto text = io::read_file_if_there(csv);
  if (!text) return std::nullopt;
  OnDisk found{csv};
  try {
    found.table.emplace(std::move(*text));
  } catch (const std::runtime_error& error) {
    found.error = error.what();
  }
  return found;
}

// Compares a run with its baseline. Prints the differences on stdout and returns the exit code. A
// complete table has `whole_size` rows.
int compare_with_baseline(run::Run run, const Prepared& prepared, const TableOptions& options,
                          const OnDisk& baseline, std::size_t whole_size, Checked& checked) {
  const auto folder = baseline.csv.parent_path();
  std::vector<Mismatch> mismatches;
  auto [faults, by_hand] = table::manifest_faults(folder, prepared.name);
  std::map<std::string, std::string> former_keys;
  if (baseline.table) former_keys = name_neon_rows_as_avx512(run.table, *baseline.table);
  std::vector<std::string> made;
  for (const auto& row : run.table.rows) made.push_back(run.table.key(row));
  const bool whole = made.size() == whole_size;
  if (baseline.table) {
    // If the baseline is not the one that its manifest describes, it was edited by hand, and no
    // tolerance applies.
    mismatches = table::compare(by_hand ? strict(run.table) : run.table, *baseline.table,
                                whole ? nullptr : &made);
    for (Mismatch& mismatch : mismatches)
      if (const auto found = former_keys.find(mismatch.row); found != former_keys.end())
        mismatch.row = found->second;
    const bool same_columns = mismatches.empty() || !mismatches.front().row.empty();
    if (whole && same_columns)
      for (std::string& fault : run::stale_companions(run.table, *baseline.table, folder,
                                                      prepared.name, provenance(prepared, options)))
        faults.push_back(std::move(fault));
  } else {
    faults.push_back(fmt::format("{}: {}", baseline.csv.string(), baseline.error));
  }
  int code = exit_holds;
  for (const std::string& fault : faults) {
    fmt::print("{}\n", fault);
    code = worse(code, exit_check_failed);
  }
  for (const Mismatch& mismatch : mismatches) {
    fmt::print("{}", table::describe(mismatch, baseline.csv.string(), prepared.path.string()));
    code = worse(code, exit_code(mismatch.kind));
  }
  checked.add(mismatches);
  checked.complaints.insert(checked.complaints.end(), faults.begin(), faults.end());
  return code;
}

int check_one(Prepared& prepared, const CheckOptions& options, Checked& checked) {
  const auto csv_path = prepared.csv_in(options.baseline);
  // A table of times need not exist for this machine: claims are judged without it.
  const bool must_exist = prepared.folder.empty();
  const auto complain = [&] {
    checked.complaints.push_back(fmt::format("{}: no such baseline; make it: maxtrick run {} -o {}",
                                             csv_path.string(), prepared.path.string(),
                                             options.baseline.string()));
    fmt::print("{}\n", checked.complaints.back());
    return exit_check_failed;
  };
  if (must_exist && !io::is_there(csv_path)) return complain();
  prepared.kept_in /= "check";
  const run::Run run = compute(prepared, options);
  prepared.resumed.remove();
  checked.keys = run.keys;
  checked.skipped = run.skipped;
  checked.add(findings(run.table, prepared));
  if (!run.table.judged.empty()) report_load(run.table, prepared, csv_path);
  int found = report_findings(run.table, prepared, csv_path);
  found = worse(
      found, report_plugins(run.table, prepared, csv_path, options.plugins, &checked.mismatches));
  // A concurrent run replaces the files of a table one after the other. They are read together, after
  // the computation, so that the run need not wait for that.
  std::optional<io::FolderLock> lock;
  if (io::is_there(csv_path)) lock.emplace(lock_folder(csv_path.parent_path()));
  auto baseline = read_baseline(csv_path);
  if (must_exist && !baseline) return complain();  // it was removed meanwhile
  // Tables of times stay when the program becomes another one: as an archive.
  std::string archive;
  if (baseline && !must_exist)
    if (const auto version = run::version_of(csv_path.parent_path(), prepared.name);
        version != run::build().version) {
      archive = version;
      baseline.reset();
    }
  const auto known = known_foreign(prepared, run.table, baseline ? baseline->table : std::nullopt);
  if (baseline)
    found = worse(found, compare_with_baseline(
                             without_unknown(run, prepared, known), prepared, options, *baseline,
                             prepared.all_keys.size() - prepared.foreign_keys.size() + known.size(),
                             checked));
  lock.reset();
  const std::size_t unclaimed = unclaimed_rows(run, prepared, known);
  fmt::print(
      "{}: {} rows checked, {}{}{}\n", csv_path.string(), run.table.rows.size(),
      run.table.rows.empty() ? "none could run here"
      : found == exit_holds  ? "all hold"
      : found == exit_noisy  ? "not all decided: the machine was busy or the measurements too noisy"
                             : "not all hold",
      unclaimed > 0 ? fmt::format("; {} of them, of plug-ins, have no claim, so nothing is checked",
                                  unclaimed)
                    : "",
      baseline ? std::string()
      : archive.empty()
          ? "; there is no table of this machine to compare with"
          : fmt::format("; the table is an archive of version {}, and not compared", archive));
  flush_stdout();  // so that a reader of the log sees it at once
  return worse(found, run.complete() ? exit_holds : exit_incomplete);
}

// Removes the file of an earlier check, so that it cannot pass for the result of this one if this
// check ends early. Refuses to remove a file that is not XML, such as a config that was named by
// mistake.
void remove_old(const std::filesystem::path& junit) {
  std::error_code ignored;
  if (std::filesystem::is_directory(junit, ignored))
    throw UsageError(fmt::format("check: --junit {}: a folder; name a file", junit.string()));
  if (!std::filesystem::is_regular_file(junit, ignored)) return;
  const std::string text = io::read_file(junit);
  if (!text.empty() && !text.starts_with("<?xml"))
    throw UsageError(fmt::format(
        "check: --junit {}: there is a file that is no XML, which would be lost; name another",
        junit.string()));
  std::filesystem::remove(junit);
}

// Writes `junit`, if it is asked for; also if a table could not be checked at all.
void write_junit(const std::filesystem::path& junit, const std::vector<Checked>& tables) {
  if (!junit.empty()) io::write_file(junit, to_junit(tables));
}

}  // namespace

int check(const CheckOptions& options) {
  remove_old(options.junit);
  load_plugins(options.plugins);
  std::vector<Prepared> all =
      options.configs.empty() ? prepare_default_set(options) : prepare(options);
  if (!std::filesystem::is_directory(options.baseline))
    throw UsageError(
        fmt::format("check: no folder {} here; start from the project's folder, or name "
                    "one by --baseline",
                    options.baseline.string()));
  require_table_files(all, options.baseline);
  if (!options.junit.empty())
    io::require_writable(std::filesystem::absolute(options.junit).parent_path());
  int code = exit_holds;
  std::vector<Checked> tables;
  for (Prepared& one : all) {
    if (one.plan.cases.empty()) continue;
    tables.push_back({.name = one.name});
    try {
      code = worse(code, check_one(one, options, tables.back()));
    } catch (const std::exception& error) {
      tables.back().error = error.what();
      write_junit(options.junit, tables);
      throw;
    }
  }
  if (tables.empty()) return nothing_selected(all, options);
  write_junit(options.junit, tables);
  return code;
}

int accept(const AcceptOptions& options) {
  if (in_ci())
    throw UsageError(
        "accept: refused, since the variable CI is set: a baseline is a person's decision");
  int code = exit_holds;
  std::vector<Prepared> all = prepare(options);
  require_table_files(all, options.baseline);
  for (Prepared& one : all) {
    const run::Run run = compute(one, options);
    const auto csv_path = one.csv_in(options.baseline);
    if (!run.complete()) {
      fmt::print(stderr, "{}: left as it is: {} rows could not run here\n", csv_path.string(),
                 run.skipped.size());
      code = worse(code, exit_incomplete);
      continue;
    }
    report_load(run.table, one, csv_path);
    const int found = report_findings(run.table, one, csv_path);
    code = worse(code, found);
    // A claim about times that does not hold may be accepted. A number beyond its bound is not
    // accepted as a baseline.
    if (found == exit_check_failed) continue;
    // All changes are reported, even those that `check` would tolerate.
    std::vector<Mismatch> changes;
    const io::FolderLock lock = lock_folder(csv_path.parent_path());
    const auto old = read_baseline(csv_path);
    const bool is_new = !old;
    if (old && old->table)
      changes = table::compare(strict(run.table), *old->table);
    else if (old)
      fmt::print("{}: was no table: {}\n", csv_path.string(), old->error);
    for (const Mismatch& change : changes)
      fmt::print("{}: {} {}: {} -> {}\n", csv_path.string(), change.row, change.column,
                 change.expected, change.got);
    const auto stored =
        run::store(run.table, provenance(one, options), csv_path.parent_path(), one.name);
    one.resumed.remove();
    fmt::print("{}: {}\n", csv_path.string(),
               is_new ? fmt::format("a new baseline, {} rows", run.table.rows.size())
               : stored == run::Stored::written
                   ? fmt::format("accepted, {} changes", changes.size())
                   : "unchanged");
  }
  return code;
}

}  // namespace maxtrick::cli
