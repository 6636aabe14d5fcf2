// Kernels that the user brings along: --plugin.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "cli/session.hpp"

namespace maxtrick::cli {

// Starts each and enters what it offers, before anything reads the list of variants. Throws
// UsageError for one that cannot be used.
void load_plugins(const PluginOptions& options);

// The keys of plug-ins' rows that the baseline has: it was made with them, and they are compared. It
// need not know of the others. None where there is no baseline, or it has other columns.
[[nodiscard]] std::set<std::string> known_foreign(const Prepared& prepared,
                                                  const table::ResultTable& table,
                                                  const std::optional<table::Baseline>& baseline);

// The run without the rows and keys of plug-ins that are not among `known`.
[[nodiscard]] run::Run without_unknown(const run::Run& run, const Prepared& prepared,
                                       const std::set<std::string>& known);

// How many rows of plug-ins are held to nothing: the baseline has them not, and they claim nothing.
[[nodiscard]] std::size_t unclaimed_rows(const run::Run& run, const Prepared& prepared,
                                         const std::set<std::string>& known);

// Says on stdout which rows of plug-ins break what these claim, or were not timed since they are
// wrong: exit_check_failed; else exit_holds. `findings` gets them too, where it is not null.
int report_plugins(const table::ResultTable& table, const Prepared& prepared,
                   const std::filesystem::path& csv, const PluginOptions& options,
                   std::vector<table::Mismatch>* findings = nullptr);

}  // namespace maxtrick::cli
