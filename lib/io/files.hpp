// Reads and writes whole files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace maxtrick::io {

// The bytes of the file. Throws std::system_error, which names the path.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

// The same, or nothing if there is no such file.
[[nodiscard]] std::optional<std::string> read_file_if_there(const std::filesystem::path& path);

// Replaces the file atomically: writes the bytes to a new file in the same folder, syncs it, and
// renames it over the old one. If another program reads the file meanwhile, or if this program is
// killed, the file has either the old bytes or the new ones. Creates missing folders. Writes
// directly into a device or a pipe. Throws std::system_error, which names the path.
void write_file(const std::filesystem::path& path, std::string_view bytes);

// The same for several files that belong together. All are written and synced before the first is
// replaced.
void write_files(const std::vector<std::pair<std::filesystem::path, std::string>>& files);

// Appends to a file, and creates it if it does not exist. The bytes survive the end of the program,
// but are not synced against a crash of the system. If the program is killed meanwhile, a fragment
// may remain. Throws std::system_error, which names the path.
void append_to_file(const std::filesystem::path& path, std::string_view bytes);

// Throws std::system_error if `folder` is not writable or cannot be created (it is created and
// removed again as a test). To be called before the work whose result will be stored there.
void require_writable(const std::filesystem::path& folder);

// SHA-256 as 64 hexadecimal digits, as sha256sum prints it.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace maxtrick::io
