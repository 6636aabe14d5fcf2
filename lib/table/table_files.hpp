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

// Describes how the files contradict each other, one sentence for each fault, which starts with the
// path of the file. The manifest must exist. It must hold the digests of the CSV file, of the
// Markdown file if there is one, and of the text of the config in the manifest itself. An empty
// list means that one run wrote all files.
[[nodiscard]] std::vector<std::string> manifest_faults(const std::filesystem::path& folder,
                                                       const std::string& name);

// Throws io::InputError with these sentences if there are any, or as require_table_files() does.
void require_faultless(const std::filesystem::path& folder, const std::string& name);

}  // namespace maxtrick::table
