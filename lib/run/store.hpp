// A table on disk: NAME.csv, NAME.md and NAME.manifest.json in one folder.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "table/baseline.hpp"

namespace maxtrick::run {

// Where a table comes from. Only what can matter to its numbers.
struct Provenance {
  std::string config_name;
  std::string config_text;
  std::vector<std::string> overrides;              // --set
  std::map<std::string, std::string> inputs = {};  // files that the config names: SHA-256 of each
  std::vector<std::string> libraries;              // "MPFR 4.2.0"
  std::string isa;                                 // which instruction sets were used, and why
  unsigned jobs = 1;
};

enum class Stored { unchanged, written };

// Writes the CSV and Markdown files that changed, and the manifest where either did, or where the
// manifest on disk is not of these tables and this config. Tables hold no date, host or path; what
// does differ from machine to machine stands in the manifest.
Stored store(const table::ResultTable& table, const Provenance& provenance,
             const std::filesystem::path& folder, const std::string& name);

// Whether the CSV on disk is not the one that its manifest speaks of.
[[nodiscard]] bool altered(const std::filesystem::path& folder, const std::string& name);

// What is wrong with the files beside a baseline, a line each: the Markdown twin must be the
// one that the CSV gives under the columns and views of `schema`, and the manifest must hold the
// digests of both. An altered digit in what people read is as bad as one in what is compared.
[[nodiscard]] std::vector<std::string> stale_companions(const table::ResultTable& schema,
                                                        const table::Baseline& baseline,
                                                        const std::filesystem::path& folder,
                                                        const std::string& name,
                                                        const std::string& config_text);

// The CPU's model name as a folder's: small letters, digits, dots, and dashes for what is between;
// without what stands in brackets.
[[nodiscard]] std::string cpu_folder();

// The commit that the program was built from, "" where it is unknown; and whether files had been
// changed since.
struct Build {
  std::string version;
  std::string commit;
  bool dirty = false;
};
[[nodiscard]] Build build();

// SHA-256 of the program as it runs, which tells two builds apart that `build` cannot: of changed
// files, by another compiler. Throws std::system_error where the system does not show it.
[[nodiscard]] std::string program_digest();

}  // namespace maxtrick::run
