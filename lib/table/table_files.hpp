// The files of a stored table: NAME.csv, NAME.md and NAME.manifest.json in one folder.
#pragma once

#include <filesystem>
#include <string>

namespace maxtrick::table {

// Throws io::InputError, which names the file, if one of the three exists but is a folder, a device
// or a pipe. Such a file cannot be replaced, and reading a pipe may wait for ever. A link to a file
// is a file.
void require_table_files(const std::filesystem::path& folder, const std::string& name);

}  // namespace maxtrick::table
