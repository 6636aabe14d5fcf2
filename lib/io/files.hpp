// Reads and writes whole files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace maxtrick::io {

// An error in an input, with its place: "x.csv:3:7: 'abc' is not a number".
struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Whether there is a file. Throws std::system_error, which names the path, if that is not known: for
// a name that is too long, or in a folder that may not be read.
[[nodiscard]] bool is_there(const std::filesystem::path& path);

// The most bytes that are read of a file. A file without an end would fill the memory.
inline constexpr std::uint64_t longest_file = std::uint64_t{4} << 30;

// The bytes of a file, a pipe or a terminal. Throws std::system_error, which names the path, and
// InputError for a device, such as /dev/zero, and for more than `most` bytes.
[[nodiscard]] std::string read_file(const std::filesystem::path& path,
                                    std::uint64_t most = longest_file);

// The bytes of the standard input. Throws as read_file() does.
[[nodiscard]] std::string read_standard_input();

// The same as read_file(), or nothing if there is no such file.
[[nodiscard]] std::optional<std::string> read_file_if_there(const std::filesystem::path& path);

// Replaces the file atomically: writes the bytes to a new file in the same folder, syncs it, and
// renames it over the old one. If another program reads the file meanwhile, or if this program is
// killed, the file has either the old bytes or the new ones. Creates missing folders. Keeps the
// mode of the file, and its owner if the user may set it. Keeps symbolic links, and replaces or
// creates the file that they name. Writes directly into a device or a pipe. Throws
// std::system_error, which names the path.
//
// If two programs write the same file, the last one wins. Hold a FolderLock where that matters.
void write_file(const std::filesystem::path& path, std::string_view bytes);

// The same for several files that belong together. All are written and synced before the first is
// replaced.
void write_files(const std::vector<std::pair<std::filesystem::path, std::string>>& files);

// Removes the new files that killed programs have left in the folder before they renamed them:
// .NAME.PROCESS-NUMBER.tmp. A file that a program is still writing is locked, and stays.
// write_files() does this for the folders into which it writes.
void remove_leftovers(const std::filesystem::path& folder);

// Appends to a file, and creates it if it does not exist. The bytes survive the end of the program,
// but are not synced against a crash of the system. If the program is killed meanwhile, a fragment
// may remain. Throws std::system_error, which names the path.
void append_to_file(const std::filesystem::path& path, std::string_view bytes);

// Throws std::system_error if `folder` is not writable or cannot be created. To be called before
// the work whose result will be stored there.
void require_writable(const std::filesystem::path& folder);

// SHA-256 as 64 hexadecimal digits, as sha256sum prints it.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace maxtrick::io
