// Files read and written whole.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace maxtrick::io {

// The file's bytes. Throws std::system_error, which names the path.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

// The same, or nothing where there is no such file.
[[nodiscard]] std::optional<std::string> read_file_if_there(const std::filesystem::path& path);

// Replaces the file in one step: the bytes go to a new file beside it, are synced, and the new file
// is renamed over the old one. Whoever reads meanwhile, and whoever kills the program, finds the
// old bytes or the new ones. Missing folders are made. A device or a pipe is written to as it is.
// Throws std::system_error, which names the path.
void write_file(const std::filesystem::path& path, std::string_view bytes);

// The same for files that belong together: all are written and synced before the first is replaced.
void write_files(const std::vector<std::pair<std::filesystem::path, std::string>>& files);

// Adds to the end of a file, which is made where it is not there. The bytes outlive the program,
// not the system; whoever kills the program meanwhile may leave a piece of them there. Throws
// std::system_error, which names the path.
void append_to_file(const std::filesystem::path& path, std::string_view bytes);

// Throws std::system_error where `folder` cannot be written into, or cannot be made, which is tried
// and undone: to be asked before the work whose result shall go there.
void require_writable(const std::filesystem::path& folder);

// SHA-256 as 64 hexadecimal digits, as sha256sum prints it.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace maxtrick::io
