#include <fcntl.h>
#include <fmt/format.h>
#include <re2/re2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "io/file_error.hpp"
#include "io/files.hpp"

namespace maxtrick::io {
namespace {

namespace fs = std::filesystem;

// Owns an open descriptor. Errors name `target`.
class Writer {
 public:
  Writer(int descriptor, const fs::path& target) : target_(target), descriptor_(descriptor) {
    if (descriptor_ < 0) fail("write", target, errno);
  }
  Writer(const fs::path& path, int flags)
      : Writer(::open(path.c_str(), flags | O_WRONLY | O_CLOEXEC, 0666), path) {}
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
  // Gives the file the owner and the mode of an older one, as far as the user may set them and the
  // file system has them. Otherwise only the user can read it, because it was created so.
  void make_like(const struct stat& older) {
    // Changing the owner can clear bits of the mode, so the mode comes second.
    // Only root may set another owner; a user may set a group of his own.
    if (::fchown(descriptor_, older.st_uid, older.st_gid) != 0 &&
        ::fchown(descriptor_, static_cast<uid_t>(-1), older.st_gid) != 0)
      errno = 0;
    if (::fchmod(descriptor_, older.st_mode & 07777) != 0) errno = 0;
  }
  // Locks the file for this process. Returns false if remove_leftovers() of another process has
  // taken it for a leftover, which may happen between its creation and this call.
  [[nodiscard]] bool lock() {
    // On a file system without locks, the file counts as locked.
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) return errno != EWOULDBLOCK;
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 && status.st_nlink > 0;
  }

 private:
  const fs::path& target_;
  int descriptor_;
};

// A new file in the folder of the target, with the mode of the target. It stays locked as long as
// the object exists: a file of such a name without a lock is a leftover of a process that was
// killed. The destructor removes the file unless it has replaced the target.
class TemporaryFile {
 public:
  explicit TemporaryFile(fs::path target) : target_(std::move(target)) {
    struct stat older {};
    const bool replaces = ::stat(target_.c_str(), &older) == 0;
    // A name is used once, so that remove_leftovers() of another process, which has looked at an
    // earlier file, cannot remove a later one.
    static std::atomic<unsigned> number{0};
    for (;;) {
      path_ = target_.parent_path() /
              fmt::format(".{}.{}-{}.tmp", target_.filename().string(), ::getpid(), number++);
      const int descriptor = ::open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC,
                                    replaces ? S_IRUSR | S_IWUSR : 0666);
      if (descriptor < 0 && errno == EEXIST) continue;
      writer_.emplace(descriptor, target_);
      if (writer_->lock()) break;
    }
    if (replaces) writer_->make_like(older);
  }
  ~TemporaryFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::string_view bytes) {
    writer_->write(bytes);
    writer_->sync();
  }
  void replace_target() {
    if (::rename(path_.c_str(), target_.c_str()) != 0) fail("replace", target_, errno);
    path_.clear();
    sync_folder();
  }

 private:
  // A rename reaches the disk only when its folder is synced. If a folder cannot be synced, nothing
  // can be done about it; the file is complete in either case.
  void sync_folder() const {
    const int descriptor = ::open(target_.parent_path().c_str(), O_RDONLY | O_DIRECTORY);
    if (descriptor < 0) return;
    ::fsync(descriptor);
    ::close(descriptor);
  }

  fs::path target_, path_;
  std::optional<Writer> writer_;
};

// Follows symbolic links, so that the file that they name is replaced or created, and not a link.
fs::path behind_links(const fs::path& path) {
  fs::path target = fs::absolute(path);
  std::error_code error;
  constexpr int most_links = 40;  // as in Linux
  for (int links = 0; fs::is_symlink(fs::symlink_status(target, error)); ++links) {
    if (links == most_links) fail("write", path, ELOOP);
    target = target.parent_path() / fs::read_symlink(target, error);
    if (error) fail("write", path, error.value());
  }
  target = fs::weakly_canonical(target, error);
  if (error) fail("write", path, error.value());
  return target;
}

}  // namespace

void write_files(const std::vector<std::pair<fs::path, std::string>>& files) {
  std::vector<std::unique_ptr<TemporaryFile>> pending;
  std::set<fs::path> cleaned;
  for (const auto& [path, bytes] : files) {
    std::error_code error;
    // Writes into a device or a pipe directly, because renaming a file over it would remove it.
    const fs::file_status status = fs::status(path, error);
    if (fs::exists(status) && !fs::is_regular_file(status)) {
      Writer(path, 0).write(bytes);
      continue;
    }
    const fs::path target = behind_links(path);
    fs::create_directories(target.parent_path(), error);
    if (error) fail("make the folder of", target, error.value());
    if (cleaned.insert(target.parent_path()).second) remove_leftovers(target.parent_path());
    pending.push_back(std::make_unique<TemporaryFile>(target));
    pending.back()->write(bytes);
  }
  for (const auto& one : pending) one->replace_target();
}

void write_file(const fs::path& path, std::string_view bytes) {
  write_files({{path, std::string(bytes)}});
}

void append_to_file(const fs::path& path, std::string_view bytes) {
  Writer(path, O_CREAT | O_APPEND).write(bytes);
}

void remove_leftovers(const fs::path& folder) {
  // File names are bytes, and need not be UTF-8.
  static const re2::RE2 name_of_temporary(R"(\..+\.\d+-\d+\.tmp)", re2::RE2::Latin1);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const fs::path& path = entry.path();
    if (!re2::RE2::FullMatch(path.filename().string(), name_of_temporary)) continue;
    if (!fs::is_regular_file(entry.symlink_status(ignored))) continue;
    const int descriptor = ::open(path.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (descriptor < 0) continue;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
    ::close(descriptor);
  }
}

}  // namespace maxtrick::io
