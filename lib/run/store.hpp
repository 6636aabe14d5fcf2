// Stores a table on disk: NAME.csv, NAME.md and NAME.manifest.json in one folder.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "table/baseline.hpp"

namespace maxtrick::run {

// The provenance of a table: everything that can affect its numbers, and nothing else.
struct Provenance {
  std::string config_name;
  std::string config_text;
  std::vector<std::string> overrides;              // --set
  std::map<std::string, std::string> inputs = {};  // files that the config names: SHA-256 of each
  std::vector<std::string> libraries;              // "MPFR 4.2.0"
  std::string isa;                                 // the instruction sets that were used, and why
  unsigned jobs = 1;
};

// What store() did with the CSV and Markdown files.
enum class Stored { unchanged, written };

// Writes those of the CSV and Markdown files that changed. Writes the manifest if either changed,
// or if the manifest on disk does not describe these tables and this config. Tables hold no date,
// host or path; what differs from machine to machine is in the manifest. If the CSV file of a table
// with times stays as it is, so does what its manifest says about the machine, which the times
// belong to.
Stored store(const table::ResultTable& table, const Provenance& provenance,
             const std::filesystem::path& folder, const std::string& name);

// Whether the table on disk answers this request: its manifest describes it, and has the same
// config (as config::request_the_same compares them), overrides and input files.
[[nodiscard]] bool answers(const std::filesystem::path& folder, const std::string& name,
                           const Provenance& request);

// The version of the program that made the table on disk, as its manifest states; "" if unknown.
[[nodiscard]] std::string version_of(const std::filesystem::path& folder, const std::string& name);

// Describes what is stale in the files that accompany a baseline, one line for each fault. The
// Markdown file must be the one that the CSV file gives with the columns and views of `schema`: a
// changed digit in the file that people read is as bad as one in the file that is compared. The
// manifest must state the config, the options --set and the digests of the inputs of `provenance`.
// table::manifest_faults() finds files that do not belong together.
[[nodiscard]] std::vector<std::string> stale_companions(const table::ResultTable& schema,
                                                        const table::Baseline& baseline,
                                                        const std::filesystem::path& folder,
                                                        const std::string& name,
                                                        const Provenance& provenance);

// The version of the program, the commit that it was built from ("" if unknown), and whether files
// had changed since that commit.
struct Build {
  std::string version;
  std::string commit;
  bool dirty = false;
};
[[nodiscard]] Build build();

// SHA-256 of the running program. It distinguishes builds that `build` does not: with changed
// files, or by another compiler. Throws std::system_error if the system does not provide the file.
[[nodiscard]] std::string program_digest();

}  // namespace maxtrick::run
