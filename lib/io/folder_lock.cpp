#include "io/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "io/file_error.hpp"

namespace maxtrick::io {

FolderLock::FolderLock(const std::filesystem::path& folder, const std::function<void()>& waiting) {
  using namespace std::chrono_literals;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) fail("make the folder", folder, error.value());
  // The lock is on the folder itself. A file for it would have to stay in the folder.
  descriptor_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor_ < 0) fail("open", folder, errno);
  const auto start = std::chrono::steady_clock::now();
  bool told = false;
  while (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    // On a file system without locks, the folder counts as locked.
    if (errno != EWOULDBLOCK && errno != EINTR) return;
    if (!told && std::chrono::steady_clock::now() - start > 1s) {
      told = true;
      waiting();
    }
    std::this_thread::sleep_for(5ms);
  }
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace maxtrick::io
