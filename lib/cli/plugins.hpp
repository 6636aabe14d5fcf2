// Plug-ins of the user: --plugin.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "cli/session.hpp"

namespace maxtrick::cli {

// Starts each plug-in and registers its variants, before anything reads the list of variants.
// Throws UsageError if one cannot be used.
void load_plugins(const PluginOptions& options);

// The keys of those rows of plug-ins that the baseline has. It was made with these plug-ins, so the
// rows are compared; rows that it lacks are not missing. Empty if there is no baseline or it has
// other columns.
[[nodiscard]] std::set<std::string> known_foreign(const Prepared& prepared,
                                                  const table::ResultTable& table,
                                                  const std::optional<table::Baseline>& baseline);

// The run without the rows and keys of plug-ins that are not in `known`.
[[nodiscard]] run::Run without_unknown(const run::Run& run, const Prepared& prepared,
                                       const std::set<std::string>& known);

// The number of rows of plug-ins that nothing judges: the baseline does not have them, and their
// kernels claim nothing.
[[nodiscard]] std::size_t unclaimed_rows(const run::Run& run, const Prepared& prepared,
                                         const std::set<std::string>& known);

// Prints on stdout the rows of plug-ins that break their claims, or that were not timed because
// their results are wrong. Returns exit_check_failed if there are any, else exit_holds. Adds them
// to `findings` unless it is null.
int report_plugins(const table::ResultTable& table, const Prepared& prepared,
                   const std::filesystem::path& csv, const PluginOptions& options,
                   std::vector<table::Mismatch>* findings = nullptr);

}  // namespace maxtrick::cli
