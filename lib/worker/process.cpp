#include "worker/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <system_error>
#include <thread>

#include "run/limits.hpp"

namespace maxtrick::worker {
namespace {

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

}  // namespace

void fail(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

void Descriptor::close() {
  if (const int open = std::exchange(number_, -1); open >= 0) ::close(open);
}

std::pair<Descriptor, Descriptor> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail(errno, "cannot make a pipe to a new process");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

Process::Process(std::vector<std::string> arguments,
                 const std::map<std::string, std::string>& environment,
                 const std::vector<std::pair<int, int>>& handed) {
  std::vector<std::string> variables = merged(environment);
  auto [input, lifeline] = make_pipe();
  lifeline_ = std::move(lifeline);
  // Duplicates the descriptors to numbers above all their target numbers. Otherwise the first dup2
  // could overwrite the descriptor that the second one needs.
  int above = STDERR_FILENO + 1;
  for (const auto& [own, there] : handed) above = std::max(above, there + 1);
  std::vector<Descriptor> lifted;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.number(), STDIN_FILENO);
  // If a library prints to stdout, the text appears among the messages on stderr.
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  for (const auto& [own, there] : handed) {
    lifted.emplace_back(::fcntl(own, F_DUPFD_CLOEXEC, above));
    if (lifted.back().number() < 0) fail(errno, "cannot duplicate a descriptor for a new process");
    posix_spawn_file_actions_adddup2(&actions, lifted.back().number(), there);
  }
  // Files that this process has inherited, or has opened without O_CLOEXEC, may be its output.
  posix_spawn_file_actions_addclosefrom_np(&actions, above);
  const int error = posix_spawn(&id_, arguments.front().c_str(), &actions, nullptr,
                                pointers(arguments).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail(error, run::no_process(arguments.front()));
}

Process::~Process() {
  if (ended_) return;
  lifeline_.close();
  ::kill(id_, SIGTERM);
  ::kill(id_, SIGCONT);
  while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::optional<int> Process::wait_until(Clock::time_point end) {
  for (int status = 0;;) {
    const pid_t id = ::waitpid(id_, &status, WNOHANG);
    if (id < 0 && errno != EINTR) fail(errno, "cannot wait for a process");
    ended_ = id == id_;
    if (ended_) return status;
    if (Clock::now() >= end) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

std::string how_it_ended(int status) {
  if (!WIFSIGNALED(status)) return fmt::format("ended with exit code {}", WEXITSTATUS(status));
  const char* const name = ::sigdescr_np(WTERMSIG(status));
  return fmt::format("killed by signal {} ({})", WTERMSIG(status), name ? name : "of no name");
}

std::string too_late(std::chrono::milliseconds limit) {
  return fmt::format("not done after {} s", static_cast<double>(limit.count()) / 1000);
}

bool readable_until(int from, Clock::time_point end) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd waiting{from, POLLIN, 0};
    const int ready = left > 0 ? ::poll(&waiting, 1,
                                        static_cast<int>(std::min<std::int64_t>(
                                            left, std::numeric_limits<int>::max())))
                               : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) fail(errno, "cannot wait for what a process writes");
    return ready > 0;
  }
}

std::optional<std::string> read_until(int from, Clock::time_point end) {
  std::string text;
  char block[4096];
  while (readable_until(from, end)) {
    const ssize_t n = ::read(from, block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(errno, "cannot read what a process writes");
    if (n == 0) return text;
    text.append(block, static_cast<std::size_t>(n));
  }
  return std::nullopt;
}

}  // namespace maxtrick::worker
