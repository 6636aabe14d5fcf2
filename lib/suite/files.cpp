#include "suite/files.hpp"

#include <fcntl.h>
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

namespace maxtrick::suite {
namespace {

[[noreturn]] void fail(std::string_view what, const std::filesystem::path& path, int error) {
  throw std::system_error(error, std::generic_category(),
                          fmt::format("cannot {} {}", what, path.string()));
}

// An open file that is closed, and removed by name where it was not kept.
class Temporary {
 public:
  explicit Temporary(const std::filesystem::path& target)
      : target_(target),
        path_(target.parent_path() / fmt::format(".{}.XXXXXX.tmp", target.filename().string())) {
    descriptor_ = mkstemps(path_.data(), 4);
    if (descriptor_ < 0) fail("write", target, errno);
  }
  ~Temporary() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!kept_) ::unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno != EINTR) fail("write", target_, errno);
      if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    // mkstemp makes a private file; a table is for everybody whom the umask lets read.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (::fchmod(descriptor_, 0666 & ~mask) != 0 || ::fsync(descriptor_) != 0)
      fail("write", target_, errno);
  }
  void replace_target() {
    if (::rename(path_.c_str(), target_.c_str()) != 0) fail("replace", target_, errno);
    kept_ = true;
  }

 private:
  const std::filesystem::path& target_;
  std::string path_;
  int descriptor_ = -1;
  bool kept_ = false;
};

// A rename is on disk only once its folder is. Where a folder cannot be synced there is nothing more
// to be done: the file is whole either way.
void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) fail("read", path, EISDIR);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             &std::fclose);
  if (!file) fail("read", path, errno);
  std::string bytes;
  std::array<char, 65536> buffer;
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), file.get()))
    bytes.append(buffer.data(), n);
  if (std::ferror(file.get())) fail("read", path, errno);
  return bytes;
}

std::optional<std::string> read_file_if_there(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  return read_file(path);
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path target = std::filesystem::absolute(path);
  std::error_code error;
  std::filesystem::create_directories(target.parent_path(), error);
  if (error) fail("make the folder of", target, error.value());
  Temporary temporary(target);
  temporary.write(bytes);
  temporary.replace_target();
  sync_folder(target.parent_path());
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

}  // namespace maxtrick::suite
