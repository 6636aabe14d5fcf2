// The files of a stored table: NAME.csv, NAME.md and NAME.manifest.json in one folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace maxtrick::table {

// Throws io::InputError, which names the file, if one of the three exists but is a folder, a device
// or a pipe. Such a file cannot be replaced, and reading a pipe may wait for ever. A link to a file
// is a file.
void require_table_files(const std::filesystem::path& folder, const std::string& name);

// How the files of a table contradict each other.
struct Faults {
  std::vector<std::string> sentences;  // one for each fault, which starts with the path of the file
  bool of_csv = false;  // among them: no manifest describes the CSV file, or another one
};

// Finds these faults. The manifest must exist. It must hold the digests of the CSV file, of the
// Markdown file if there is one, and of the text of the config in the manifest itself. If there is
// no fault, one run wrote all files.
[[nodiscard]] Faults manifest_faults(const std::filesystem::path& folder, const std::string& name);

// Throws io::InputError with the sentences if there are any, or as require_table_files() does.
void require_faultless(const std::filesystem::path& folder, const std::string& name);

}  // namespace maxtrick::table
