#include "suite/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "commands/session.hpp"
#include "suite/files.hpp"

namespace maxtrick::commands {
namespace {

using suite::Mismatch;

// The table with every column compared to the letter.
suite::ResultTable strict(suite::ResultTable table) {
  for (auto& column : table.columns) {
    if (column.rule != suite::Rule::key) column.rule = suite::Rule::exact;
    column.shown_only.clear();
  }
  return table;
}

// What of a run is not as its baseline, a CSV text, has it: said on stdout; exit code.
int compare_with_baseline(const suite::Run& run, const Prepared& prepared,
                          const std::filesystem::path& csv_path, const std::string& csv) {
  const auto folder = csv_path.parent_path();
  std::vector<Mismatch> mismatches;
  std::vector<std::string> stale;
  try {
    std::vector<std::string> made;
    for (const auto& row : run.table.rows) made.push_back(run.table.key(row));
    const bool whole = made.size() == prepared.all_keys.size();
    // A baseline that is not what its manifest says was altered by hand: then no tolerance applies.
    const bool by_hand = suite::altered(folder, prepared.name);
    if (by_hand)
      fmt::print("{}: not the table that its manifest speaks of: compared to the letter\n",
                 csv_path.string());
    mismatches =
        suite::compare(by_hand ? strict(run.table) : run.table, csv, whole ? nullptr : &made);
    const bool same_columns = mismatches.empty() || !mismatches.front().row.empty();
    if (whole && same_columns)
      stale = suite::stale_companions(run.table, folder, prepared.name, prepared.text);
  } catch (const std::system_error&) {
    throw;  // a file that cannot be read says nothing of numbers
  } catch (const std::runtime_error& error) {
    stale.push_back(fmt::format("{}: {}", csv_path.string(), error.what()));
  }
  int code = exit_holds;
  for (const Mismatch& mismatch : mismatches) {
    fmt::print("{}", suite::describe(mismatch, csv_path.string(), prepared.path.string()));
    code = worse(code, exit_code(mismatch.kind));
  }
  for (const std::string& message : stale) {
    fmt::print("{}\n", message);
    code = worse(code, exit_check_failed);
  }
  return code;
}

int check_one(Prepared& prepared, const CheckOptions& options) {
  const auto csv_path = prepared.csv_in(options.baseline);
  const auto csv = suite::read_file_if_there(csv_path);
  // A table of another machine need not be there: claims are judged without.
  if (!csv && prepared.folder.empty()) {
    fmt::print("{}: no such baseline; make it: maxtrick run {} -o {}\n", csv_path.string(),
               prepared.path.string(), options.baseline.string());
    return exit_check_failed;
  }
  const suite::Run run = compute(prepared, options);
  prepared.resumed.remove();
  int found = report_findings(run.table, prepared, csv_path);
  if (csv) found = worse(found, compare_with_baseline(run, prepared, csv_path, *csv));
  fmt::print("{}: {} rows checked, {}{}\n", csv_path.string(), run.table.rows.size(),
             run.table.rows.empty() ? "none could run here"
             : found == exit_holds  ? "all hold"
                                    : "not all hold",
             csv ? "" : "; there is no table of this machine to compare with");
  return worse(found, run.complete() ? exit_holds : exit_incomplete);
}

}  // namespace

int check(const CheckOptions& options) {
  std::vector<Prepared> all =
      options.configs.empty() ? prepare_default_set(options) : prepare(options);
  if (!std::filesystem::is_directory(options.baseline))
    throw UsageError(
        fmt::format("check: no folder {} here; start from the project's folder, or name "
                    "one by --baseline",
                    options.baseline.string()));
  int code = exit_holds;
  bool any = false;
  for (Prepared& one : all) {
    if (one.plan.cases.empty()) continue;
    any = true;
    code = worse(code, check_one(one, options));
  }
  return any ? code : nothing_selected(all, options);
}

int accept(const AcceptOptions& options) {
  if (in_ci())
    throw UsageError(
        "accept: refused, since the variable CI is set: a baseline is a person's decision");
  int code = exit_holds;
  for (Prepared& one : prepare(options)) {
    const suite::Run run = compute(one, options);
    const auto csv_path = one.csv_in(options.baseline);
    if (!run.complete()) {
      fmt::print(stderr, "{}: left as it is: {} rows could not run here\n", csv_path.string(),
                 run.skipped.size());
      code = worse(code, exit_incomplete);
      continue;
    }
    const int found = report_findings(run.table, one, csv_path);
    code = worse(code, found);
    // A time is what it is; a number beyond its bound is no baseline.
    if (found == exit_check_failed) continue;
    // Every change is told, also one that check would let pass.
    std::vector<Mismatch> changes;
    const bool is_new = !std::filesystem::exists(csv_path);
    if (const auto old = suite::read_file_if_there(csv_path)) {
      try {
        changes = suite::compare(strict(run.table), *old);
      } catch (const std::runtime_error& error) {
        fmt::print("{}: was no table: {}\n", csv_path.string(), error.what());
      }
    }
    for (const Mismatch& change : changes)
      fmt::print("{}: {} {}: {} -> {}\n", csv_path.string(), change.row, change.column,
                 change.expected, change.got);
    const auto stored =
        suite::store(run.table, provenance(one, options), csv_path.parent_path(), one.name);
    one.resumed.remove();
    fmt::print("{}: {}\n", csv_path.string(),
               is_new ? fmt::format("a new baseline, {} rows", run.table.rows.size())
               : stored == suite::Stored::written
                   ? fmt::format("accepted, {} changes", changes.size())
                   : "unchanged");
  }
  return code;
}

}  // namespace maxtrick::commands
