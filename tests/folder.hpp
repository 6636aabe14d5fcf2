// A temporary folder of a test. The destructor deletes it with all its contents.
#pragma once

#include <stdlib.h>  // mkdtemp is POSIX

#include <cerrno>
#include <system_error>

#include "io/files.hpp"
#include "test.hpp"

namespace maxtrick::tests {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "maxtrick-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::system_error(errno, std::generic_category(), pattern);
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return path_ / name;
  }
  std::filesystem::path write(const std::string& name, std::string_view text) const {
    io::write_file(path_ / name, text);
    return path_ / name;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    return io::read_file(path_ / name);
  }
  [[nodiscard]] bool has(const std::string& name) const {
    return std::filesystem::exists(path_ / name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace maxtrick::tests
