// The lock of a folder: one holder at a time, and none after the holder has ended.
#include "io/folder_lock.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.hpp"
#include "io/files.hpp"

BOOST_AUTO_TEST_SUITE(folder_lock_test)

namespace {

using namespace maxtrick::io;
using maxtrick::tests::Folder;

const auto silent = [] {};

// Waits until the child process has created the file.
void wait_for(const std::filesystem::path& file) {
  while (!std::filesystem::exists(file)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_process_at_a_time_changes_the_folder) {
  const Folder folder;
  folder.write("count", "0");
  constexpr int processes = 6, rounds = 50;
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    for (int round = 0; round < rounds; ++round) {
      const FolderLock lock(folder.path(), silent);
      folder.write("count", std::to_string(std::stoi(folder.read("count")) + 1));
    }
    ::_exit(0);
  }
  for (const pid_t child : children) BOOST_REQUIRE(::waitpid(child, nullptr, 0) == child);
  BOOST_TEST(folder.read("count") == std::to_string(processes * rounds));
}

BOOST_AUTO_TEST_CASE(the_lock_ends_with_a_killed_process_and_who_waits_is_told) {
  const Folder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const FolderLock lock(folder / "locked", silent);
    folder.write("ready", "");
    ::pause();
    ::_exit(0);
  }
  wait_for(folder / "ready");
  int told = 0;
  const FolderLock lock(folder / "locked", [&] {
    ++told;
    ::kill(child, SIGKILL);
  });
  BOOST_TEST(told == 1);
  BOOST_REQUIRE(::waitpid(child, nullptr, 0) == child);
}

BOOST_AUTO_TEST_CASE(a_lock_needs_a_folder) {
  const Folder folder;
  const auto file = folder.write("file", "");
  BOOST_TEST(maxtrick::tests::error_of<std::system_error>([&] {
               return FolderLock(file, silent);
             }) == "cannot make the folder " + file.string() + ": Not a directory");
}

BOOST_AUTO_TEST_SUITE_END()
