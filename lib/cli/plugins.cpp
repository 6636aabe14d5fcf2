#include "cli/plugins.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "oracle/outcome.hpp"
#include "run/experiment.hpp"
#include "timing/special_rows.hpp"
#include "timing/timed.hpp"
#include "worker/plugin.hpp"
#include "worker/remote.hpp"

namespace maxtrick::cli {
namespace {

// The cell of a column; no value if the table does not have that column.
std::optional<table::Cell> cell_of(const table::ResultTable& table, const table::Row& row,
                                   std::string_view column) {
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (table.columns[i].name == column) return row[i];
  return std::nullopt;
}

// Describes an error above the claim of the kernel, which is for float32; empty if there is none.
// If the table has a column with the claim, that column is judged instead.
std::string broken_claim(const table::ResultTable& table, const table::Row& row,
                         const ops::Variant& kernel) {
  const auto error = cell_of(table, row, "max_error_ulp");
  if (!error || cell_of(table, row, "claimed_ulp") ||
      cell_of(table, row, "dtype").value_or("float32") != table::Cell("float32"))
    return {};
  const double ulp = error->number().value_or(std::numeric_limits<double>::infinity());
  if (ulp <= kernel.claimed_ulp) return {};
  return fmt::format("{} claims {} ULP at most, and is off by {}", kernel.name(),
                     kernel.claimed_ulp, error->text());
}

// The results of the kernel on special rows, which no table shows. Empty if the kernel fails.
timing::OnSpecialRows on_special_rows(const ops::Variant& kernel) {
  if (!timing::find_timed(kernel.name())) return {};
  try {
    return timing::special_rows_of(kernel.name());
  } catch (const run::CaseFailed&) {  // its rows are skipped for this reason
    return {};
  }
}

std::string not_timed(const table::ResultTable& table, const table::Row& row,
                      const ops::Variant& kernel) {
  if (!cell_of(table, row, "time_ns").value_or("-").empty()) return {};
  const std::string claimed = cell_of(table, row, "claimed_ulp").value_or("").text();
  const std::string claims = claimed.empty() ? "" : ", and it claims " + claimed;
  if (const timing::OnSpecialRows special = on_special_rows(kernel); !special.broken.empty())
    return fmt::format("{} is not timed: its results of {} are {}, off by {} ULP{}", kernel.name(),
                       special.broken, oracle::name(special.checked.outcome),
                       table::short_number(special.checked.max_error_ulp).text(), claims);
  return fmt::format("{} is not timed: its results are {}, off by {} ULP{}", kernel.name(),
                     cell_of(table, row, "outcome").value_or("wrong").text(),
                     cell_of(table, row, "max_error_ulp").value_or("inf").text(), claims);
}

}  // namespace

void load_plugins(const PluginOptions& options) {
  const worker::Host host{.limit = std::chrono::milliseconds(std::llround(options.limit_s * 1000))};
  try {
    for (const auto& file : options.files) {
      worker::Plugin plugin = worker::start(file, host);
      // gcc -ffast-math links such a library: it changes whoever loads it.
      if (!plugin.when_loaded.empty())
        fmt::print(stderr, "maxtrick: --plugin: {}: loading it {}; this was undone\n",
                   file.string(), plugin.when_loaded);
      worker::add(std::move(plugin));
    }
    // Throws if a name is taken among the timed variants.
    if (!options.files.empty()) (void)timing::timed_variants();
  } catch (const worker::Refused& refused) {
    throw UsageError(fmt::format("--plugin: {}", refused.what()));
  }
}

std::set<std::string> known_foreign(const Prepared& prepared, const table::ResultTable& table,
                                    const std::optional<table::Baseline>& baseline) {
  std::set<std::string> known;
  if (prepared.foreign_keys.empty() || !baseline) return known;
  for (const auto& [key, row] : baseline->by_key(table))
    if (prepared.foreign_keys.contains(key)) known.insert(key);
  return known;
}

run::Run without_unknown(const run::Run& run, const Prepared& prepared,
                         const std::set<std::string>& known) {
  run::Run rest = run;
  const auto unknown = [&](const std::string& key) {
    return prepared.foreign_keys.contains(key) && !known.contains(key);
  };
  std::erase_if(rest.table.rows,
                [&](const table::Row& row) { return unknown(rest.table.key(row)); });
  std::erase_if(rest.keys, unknown);
  std::erase_if(rest.skipped, [&](const run::Skipped& one) { return unknown(one.key); });
  return rest;
}

std::size_t unclaimed_rows(const run::Run& run, const Prepared& prepared,
                           const std::set<std::string>& known) {
  const auto unclaimed = [&](const table::Row& row) {
    const std::string key = run.table.key(row);
    if (!prepared.foreign_keys.contains(key) || known.contains(key)) return false;
    const auto found = worker::find(cell_of(run.table, row, "variant").value_or("").text());
    return found.variant == nullptr || std::isinf(found.variant->claimed_ulp);
  };
  return static_cast<std::size_t>(
      std::count_if(run.table.rows.begin(), run.table.rows.end(), unclaimed));
}

int report_plugins(const table::ResultTable& table, const Prepared& prepared,
                   const std::filesystem::path& csv, const PluginOptions& options,
                   std::vector<table::Mismatch>* findings) {
  int code = exit_holds;
  for (const table::Row& row : table.rows) {
    const std::string key = table.key(row);
    if (!prepared.foreign_keys.contains(key)) continue;
    const auto found = worker::find(cell_of(table, row, "variant").value_or("").text());
    if (!found.variant) continue;
    for (const std::string& finding :
         {broken_claim(table, row, *found.variant), not_timed(table, row, *found.variant)}) {
      if (finding.empty()) continue;
      if (findings)
        findings->push_back({table::Mismatch::Kind::differs, key, "variant", "what it claims",
                             finding, "nothing less"});
      fmt::print("{}: row {}: {}\n    again: {}", csv.string(), key, finding,
                 table::rerun(prepared.path.string(), key));
      for (const auto& file : options.files)
        fmt::print(" --plugin {}", table::shell_path(file.string()));
      fmt::print("\n");
      code = exit_check_failed;
    }
  }
  return code;
}

}  // namespace maxtrick::cli
