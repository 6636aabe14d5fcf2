#include "io/files.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "io/file_error.hpp"
#include "text/quoted.hpp"

namespace maxtrick::io {

bool is_there(const std::filesystem::path& path) {
  // The system would take the part before the character 0 for the path.
  if (path.native().find('\0') != std::string::npos) fail("read", path, EINVAL);
  std::error_code error;
  const auto type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::none) fail("read", path, error.value());
  return type != std::filesystem::file_type::not_found;
}

namespace {

// `path` is the name for errors.
std::string read_stream(std::FILE* file, const std::filesystem::path& path, std::uint64_t most) {
  struct stat about = {};
  if (!file || ::fstat(::fileno(file), &about) != 0) fail("read", path, errno);
  if (S_ISDIR(about.st_mode)) fail("read", path, EISDIR);
  const auto refuse = [&](const std::string& what) {
    throw InputError(fmt::format("{}: {}", text::shown_path(path.string()), what));
  };
  if (S_ISBLK(about.st_mode) || (S_ISCHR(about.st_mode) && ::isatty(::fileno(file)) == 0))
    refuse("a device, not a file");
  const auto refuse_longer = [&](std::uint64_t size) {
    if (size > most) refuse(fmt::format("more than {} MiB, which is too long", most >> 20));
  };
  if (S_ISREG(about.st_mode)) refuse_longer(static_cast<std::uint64_t>(about.st_size));
  std::string bytes;
  std::array<char, 65536> buffer;
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), file)) {
    bytes.append(buffer.data(), n);
    refuse_longer(bytes.size());
  }
  if (std::ferror(file)) fail("read", path, errno);
  return bytes;
}

}  // namespace

std::string read_file(const std::filesystem::path& path, std::uint64_t most) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  return read_stream(file.get(), path, most);
}

std::string read_standard_input() { return read_stream(stdin, "the standard input", longest_file); }

std::optional<std::string> read_file_if_there(const std::filesystem::path& path) {
  if (!is_there(path)) return std::nullopt;
  return read_file(path);
}

void require_writable(const std::filesystem::path& folder) {
  // Creates nothing, because another run may create the same folder at the same time.
  std::error_code error;
  auto there = std::filesystem::absolute(folder);
  while (!std::filesystem::exists(std::filesystem::symlink_status(there, error)) &&
         there != there.root_path()) {
    if (error.value() == ENAMETOOLONG) fail("write into", folder, ENAMETOOLONG);
    there = there.parent_path();
  }
  if (!std::filesystem::is_directory(there, error)) fail("write into", folder, ENOTDIR);
  if (::access(there.c_str(), W_OK | X_OK) != 0) fail("write into", folder, errno);
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL has no SHA-256");
  std::string hex;
  for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace maxtrick::io
