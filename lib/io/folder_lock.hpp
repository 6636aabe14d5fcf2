// Exclusive use of a folder.
#pragma once

#include <filesystem>
#include <functional>
#include <utility>

namespace maxtrick::io {

// While the object exists, no other object of any process has the lock of the same folder. The
// system ends the lock when the process ends, however it ends. Nothing is stored in the folder. It
// does not hinder programs that ask for no lock.
class FolderLock {
 public:
  // Creates the folder if it is missing. Waits until the lock is free, and calls `waiting` once if
  // that takes more than a second. A process must not lock the same folder twice. Throws
  // std::system_error, which names the folder.
  FolderLock(const std::filesystem::path& folder, const std::function<void()>& waiting);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace maxtrick::io
