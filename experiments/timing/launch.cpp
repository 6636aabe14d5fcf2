#include "timing/launch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace maxtrick::timing {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(int error, const char* what) {
  throw std::system_error(error, std::generic_category(), what);
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }
  void close() {
    if (const int open = std::exchange(number_, -1); open >= 0) ::close(open);
  }

 private:
  int number_;
};

std::vector<std::string> merged(const std::map<std::string, std::string>& variables) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!variables.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : variables)
    if (!value.empty()) all.push_back(fmt::format("{}={}", name, value));
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

pid_t start(std::vector<std::string> arguments, std::vector<std::string> environment, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  // A library that prints says it among the messages.
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, output, launch_descriptor);
  pid_t child = -1;
  const int error = posix_spawn(&child, arguments.front().c_str(), &actions, nullptr,
                                pointers(arguments).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail(error, arguments.front().c_str());
  return child;
}

// All that comes until the other end is closed; nothing where that takes longer than allowed.
std::optional<std::string> read_until(int from, Clock::time_point end) {
  std::string text;
  char block[4096];
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd waiting{from, POLLIN, 0};
    const int ready = left > 0 ? ::poll(&waiting, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) fail(errno, "poll");
    if (ready == 0) return std::nullopt;
    const ssize_t n = ::read(from, block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(errno, "read");
    if (n == 0) return text;
    text.append(block, static_cast<std::size_t>(n));
  }
}

// A process, ended with the object if it has not ended before.
class Process {
 public:
  explicit Process(pid_t id) : id_(id) {}
  ~Process() {
    if (ended_) return;
    ::kill(id_, SIGKILL);
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // How it ended, as waitpid has it; nothing where it goes on for longer than allowed.
  std::optional<int> wait_until(Clock::time_point end) {
    for (int status = 0;;) {
      const pid_t id = ::waitpid(id_, &status, WNOHANG);
      if (id < 0 && errno != EINTR) fail(errno, "waitpid");
      ended_ = id == id_;
      if (ended_) return status;
      if (Clock::now() >= end) return std::nullopt;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

 private:
  pid_t id_;
  bool ended_ = false;
};

}  // namespace

std::variant<std::vector<Measured>, Failed> launch(
    const std::filesystem::path& program, const Job& job,
    const std::map<std::string, std::string>& environment, std::chrono::milliseconds limit) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail(errno, "pipe");
  Descriptor input(ends[0]), output(ends[1]);
  Process child(start({program.string(), launch_command, to_json(job)}, merged(environment),
                      output.number()));
  output.close();
  const auto end = Clock::now() + limit;
  const auto text = read_until(input.number(), end);
  const auto ended = text ? child.wait_until(end) : std::nullopt;
  if (!ended)
    return Failed{fmt::format("not done after {} s", static_cast<double>(limit.count()) / 1000)};
  const int status = *ended;
  if (WIFSIGNALED(status)) return Failed{fmt::format("killed by signal {}", WTERMSIG(status))};
  if (WEXITSTATUS(status) != 0)
    return Failed{fmt::format("ended with exit code {}", WEXITSTATUS(status))};
  try {
    auto measured = measured_from_json(*text);
    if (measured.size() == job.items.size()) return measured;
  } catch (const std::exception&) {  // what is no JSON, or not ours
  }
  return Failed{"gave no results"};
}

void serve_launch(const std::string& job) {
  // Where the program that waits is killed, nobody wants the times any more.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string text = to_json(measure(job_from_json(job)));
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = ::write(launch_descriptor, text.data() + written, text.size() - written);
    if (n < 0 && errno != EINTR) fail(errno, "the results of a launch");
    if (n > 0) written += static_cast<std::size_t>(n);
  }
}

}  // namespace maxtrick::timing
