// Files are read and written whole, even if the program is killed.
#include "io/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <system_error>

#include "folder.hpp"

BOOST_AUTO_TEST_SUITE(files_test)

namespace {

using namespace maxtrick::io;
using maxtrick::tests::Folder;

constexpr std::size_t big = 4 << 20;

std::vector<std::string> names_in(const Folder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  BOOST_REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

template <class Call>
std::pair<std::errc, std::string> error_of(Call call) {
  try {
    call();
  } catch (const std::system_error& error) {
    return {static_cast<std::errc>(error.code().value()), error.what()};
  }
  return {std::errc{}, "no error"};
}

// Runs `call` in a child process, which ends after it.
template <class Call>
pid_t in_child(Call call) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    call();
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

// While this object exists, no file may grow beyond `bytes`. This simulates a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &old_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_{};
};

}  // namespace

BOOST_AUTO_TEST_CASE(what_was_written_is_read_and_nothing_else_is_left) {
  const Folder folder;
  for (const std::string& bytes :
       {std::string(), std::string("a\0\r\n\xFF", 5), std::string(big, 'x')}) {
    write_file(folder / "x.csv", bytes);
    BOOST_TEST((read_file(folder / "x.csv") == bytes));
    BOOST_TEST((read_file_if_there(folder / "x.csv") == bytes));
  }
  BOOST_TEST(names_in(folder) == std::vector<std::string>{"x.csv"});
  write_file(folder / "a" / "b" / "y.csv", "y");
  BOOST_TEST(read_file(folder / "a" / "b" / "y.csv") == "y");
}

BOOST_AUTO_TEST_CASE(whom_the_umask_lets_read_can_read) {
  const Folder folder;
  for (const mode_t mask : {022U, 027U, 077U}) {
    const mode_t before = ::umask(mask);
    write_file(folder / "x.csv", "x");
    BOOST_TEST(::umask(before) == mask);
    BOOST_TEST(mode_of(folder / "x.csv") == (0666 & ~mask));
    std::filesystem::remove(folder / "x.csv");
  }
}

BOOST_AUTO_TEST_CASE(errors_name_the_path) {
  const Folder folder;
  const auto file = folder.write("file", "old");
  const auto absent = folder / "absent";
  // Not even root can create a file below a file.
  BOOST_TEST(error_of([&] { write_file(file / "x.csv", "x"); }).second ==
             "cannot make the folder of " + (file / "x.csv").string() + ": Not a directory");
  BOOST_TEST(error_of([&] { (void)read_file(absent); }).second ==
             "cannot read " + absent.string() + ": No such file or directory");
  BOOST_TEST(error_of([&] { (void)read_file(folder.path()); }).second ==
             "cannot read " + folder.path().string() + ": Is a directory");
  BOOST_TEST(!read_file_if_there(absent).has_value());
  BOOST_TEST(!read_file_if_there(file / "x.csv").has_value());

  std::filesystem::create_directory(folder / "taken");
  BOOST_TEST(error_of([&] { write_file(folder / "taken", "x"); }).second ==
             "cannot write " + (folder / "taken").string() + ": Is a directory");
  BOOST_TEST((names_in(folder) == std::vector<std::string>{"file", "taken"}));
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_the_old_file_and_no_other) {
  const Folder folder;
  const auto path = folder.write("x.csv", "old");
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const auto [code, message] = error_of([&] {
    const FileSizeLimit limit(big / 2);
    write_file(path, std::string(big, 'x'));
  });
  std::signal(SIGXFSZ, handler);
  BOOST_CHECK(code == std::errc::file_too_large);
  BOOST_TEST(message == "cannot write " + path.string() + ": File too large");
  BOOST_TEST(read_file(path) == "old");
  BOOST_TEST(names_in(folder) == std::vector<std::string>{"x.csv"});
}

BOOST_AUTO_TEST_CASE(a_program_killed_in_the_middle_leaves_the_old_file) {
  const Folder folder;
  const auto path = folder.write("x.csv", "old");
  // Without a handler, the signal of the limit kills the process within write(), at a known byte.
  const pid_t child = in_child([&] {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    std::signal(SIGXFSZ, SIG_DFL);
    const FileSizeLimit limit(big / 2);
    write_file(path, std::string(big, 'x'));
  });
  int status = 0;
  BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
  BOOST_TEST(WIFSIGNALED(status));
  BOOST_TEST(WTERMSIG(status) == SIGXFSZ);
  BOOST_TEST(read_file(path) == "old");
  BOOST_TEST(names_in(folder).size() == 2U);  // half of the new file is there too
  write_file(folder / "y.csv", "y");
  BOOST_TEST((names_in(folder) == std::vector<std::string>{"x.csv", "y.csv"}));
}

BOOST_AUTO_TEST_CASE(only_leftovers_are_removed) {
  const Folder folder;
  const std::vector<std::string> others{".x.csv.12-0.tmp.bak", ".x.csv.tmp", ".y.csv.7-1.tmp",
                                        "x.csv.12-0.tmp"};
  // write_file() would remove leftovers.
  const auto make = [&](const std::string& name) { std::ofstream(folder / name); };
  for (const std::string& name : others) make(name);
  std::filesystem::create_directory(folder / ".x.csv.5-0.tmp");
  // A program that is writing its new file holds a lock on it.
  const int writer = ::open((folder / ".y.csv.7-1.tmp").c_str(), O_WRONLY);
  BOOST_REQUIRE(::flock(writer, LOCK_EX) == 0);
  make(".x.csv.12-0.tmp");
  make(".x.manifest.json.12-3.tmp");
  remove_leftovers(folder.path());
  std::vector<std::string> kept = others;
  kept.insert(kept.begin() + 1, ".x.csv.5-0.tmp");
  BOOST_TEST(names_in(folder) == kept);
  ::close(writer);
  remove_leftovers(folder.path());
  std::erase(kept, ".y.csv.7-1.tmp");
  BOOST_TEST(names_in(folder) == kept);
  remove_leftovers(folder / "absent");
}

// The file that a program writes is locked until it replaces the target. So another program that
// writes into the same folder does not remove it.
BOOST_AUTO_TEST_CASE(writers_of_one_folder_do_not_disturb_each_other) {
  const Folder folder;
  std::vector<pid_t> children;
  for (int child = 0; child < 4; ++child)
    children.push_back(in_child([&, child] {
      for (int round = 0; round < 100; ++round)
        write_file(folder / ("x" + std::to_string(child)), std::string(1000, 'x'));
    }));
  for (const pid_t child : children) {
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_TEST(status == 0);
  }
  BOOST_TEST((names_in(folder) == std::vector<std::string>{"x0", "x1", "x2", "x3"}));
}

BOOST_AUTO_TEST_CASE(a_replaced_file_keeps_its_mode) {
  const Folder folder;
  const auto path = folder.write("x.csv", "old");
  for (const mode_t mode : {0600U, 0640U, 0444U, 0777U}) {
    BOOST_REQUIRE(::chmod(path.c_str(), mode) == 0);
    write_file(path, "new");
    BOOST_TEST(mode_of(path) == mode);
  }
}

BOOST_AUTO_TEST_CASE(a_program_killed_at_any_time_leaves_a_whole_file) {
  const Folder folder;
  const std::string a(big, 'a'), b(big, 'b');
  const auto path = folder.write("x.csv", a);
  for (int round = 0; round < 12; ++round) {
    const pid_t child = in_child([&] {
      for (;;) {
        write_file(path, b);
        write_file(path, a);
      }
    });
    std::this_thread::sleep_for(std::chrono::microseconds(1000 + 2700 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_TEST(WIFSIGNALED(status));
    const std::string left = read_file(path);
    BOOST_TEST((left == a || left == b));
  }
}

BOOST_AUTO_TEST_CASE(sha256_is_that_of_fips_180) {
  BOOST_TEST(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST(sha256(std::string(1'000'000, 'a')) ==
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

BOOST_AUTO_TEST_CASE(a_device_stays_a_device_and_a_link_a_link) {
  const Folder folder;
  write_file("/dev/null", "gone");
  BOOST_TEST(std::filesystem::is_character_file("/dev/null"));
  const auto target = folder.write("target", "old");
  std::filesystem::create_symlink("target", folder / "link");
  write_file(folder / "link", "new");
  BOOST_TEST(std::filesystem::is_symlink(folder / "link"));
  BOOST_TEST(read_file(target) == "new");
}

BOOST_AUTO_TEST_CASE(a_link_to_no_file_stays_and_its_file_is_made) {
  const Folder folder;
  std::filesystem::create_directory(folder / "links");
  std::filesystem::create_symlink("second", folder / "links" / "first");
  std::filesystem::create_symlink("../targets/x", folder / "links" / "second");
  write_file(folder / "links" / "first", "new");
  for (const char* link : {"first", "second"})
    BOOST_TEST(std::filesystem::is_symlink(folder / "links" / link));
  BOOST_TEST(folder.read("targets/x") == "new");

  std::filesystem::create_symlink("loop", folder / "loop");
  BOOST_CHECK(error_of([&] { write_file(folder / "loop", "x"); }).first ==
              std::errc::too_many_symbolic_link_levels);
}

// Another run may create the folder at the same time, so nothing is created as a test.
BOOST_AUTO_TEST_CASE(whether_a_folder_is_writable_is_found_without_a_trace) {
  const Folder folder;
  require_writable(folder.path());
  require_writable(folder / "a" / "b");
  BOOST_TEST(names_in(folder).empty());
  const auto file = folder.write("file", "");
  std::filesystem::create_symlink("absent", folder / "link");
  for (const auto& wrong : {file, file / "a", folder / "link", folder / "link" / "a"})
    BOOST_TEST(error_of([&] { require_writable(wrong); }).second ==
               "cannot write into " + wrong.string() + ": Not a directory");
  BOOST_CHECK(error_of([&] { require_writable(folder / std::string(300, 'x')); }).first ==
              std::errc::filename_too_long);
}

BOOST_AUTO_TEST_SUITE_END()
