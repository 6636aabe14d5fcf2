#include "io/files.hpp"

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
#include <utility>

namespace maxtrick::io {
namespace {

[[noreturn]] void fail(std::string_view what, const std::filesystem::path& path, int error) {
  throw std::system_error(error, std::generic_category(),
                          fmt::format("cannot {} {}", what, path.string()));
}

// Owns an open descriptor. Errors name `target`.
class Writer {
 public:
  Writer(const std::string& path, int flags, const std::filesystem::path& target)
      : target_(target), descriptor_(::open(path.c_str(), flags | O_WRONLY | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) fail("write", target, errno);
  }
  ~Writer() { ::close(descriptor_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno != EINTR) fail("write", target_, errno);
      if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void sync() {
    if (::fsync(descriptor_) != 0) fail("write", target_, errno);
  }

 private:
  const std::filesystem::path& target_;
  int descriptor_;
};

// A name in the folder of the target that no file has. The destructor removes the file if it was
// not renamed.
class TemporaryName {
 public:
  explicit TemporaryName(const std::filesystem::path& target) {
    for (int n = 0;; ++n) {
      const std::string name =
          fmt::format(".{}.{}-{}.tmp", target.filename().string(), ::getpid(), n);
      path_ = (target.parent_path() / name).string();
      if (!std::filesystem::exists(path_)) break;
    }
  }
  ~TemporaryName() { ::unlink(path_.c_str()); }
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A rename reaches the disk only when its folder is synced. If a folder cannot be synced, nothing
// can be done about it; the file is complete in either case.
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

void write_files(const std::vector<std::pair<std::filesystem::path, std::string>>& files) {
  struct Pending {
    std::filesystem::path target;
    std::unique_ptr<TemporaryName> temporary;
  };
  std::vector<Pending> pending;
  for (const auto& [path, bytes] : files) {
    std::error_code error;
    // Follows links, so that the file is replaced and not the link to it.
    const std::filesystem::path target =
        std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
    if (error) fail("write", path, error.value());
    std::filesystem::create_directories(target.parent_path(), error);
    if (error) fail("make the folder of", target, error.value());
    // Writes into a device or a pipe directly, because renaming a file over it would remove it.
    if (std::filesystem::exists(target) && !std::filesystem::is_regular_file(target)) {
      Writer(target.string(), 0, target).write(bytes);
      continue;
    }
    auto temporary = std::make_unique<TemporaryName>(target);
    Writer writer(temporary->path(), O_CREAT | O_EXCL, target);
    writer.write(bytes);
    writer.sync();
    pending.push_back({target, std::move(temporary)});
  }
  for (const Pending& one : pending) {
    if (::rename(one.temporary->path().c_str(), one.target.c_str()) != 0)
      fail("replace", one.target, errno);
    sync_folder(one.target.parent_path());
  }
}

void write_file(const std::filesystem::path& path, std::string_view bytes) {
  write_files({{path, std::string(bytes)}});
}

void append_to_file(const std::filesystem::path& path, std::string_view bytes) {
  Writer(path.string(), O_CREAT | O_APPEND, path).write(bytes);
}

void require_writable(const std::filesystem::path& folder) {
  // Only an attempt to create the folder shows whether it can be created. Nothing has been computed
  // yet, so folders that did not exist are removed again.
  std::vector<std::filesystem::path> missing;
  for (auto path = std::filesystem::absolute(folder); !std::filesystem::exists(path);
       path = path.parent_path())
    missing.push_back(path);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && ::access(folder.c_str(), W_OK) != 0) error.assign(errno, std::generic_category());
  for (const auto& path : missing) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
  if (error) fail("write into", folder, error.value());
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
