#include "worker/supervisor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "run/limits.hpp"
#include "worker/process.hpp"

namespace maxtrick::worker {
namespace {

// The parent of each process. A file in /proc/ID/task that lists the children of a process would be
// shorter to read, but not every kernel has it.
std::map<pid_t, pid_t> parents() {
  std::map<pid_t, pid_t> all;
  std::error_code ignored;  // processes end while their folders are read
  for (std::filesystem::directory_iterator entry("/proc", ignored), end; entry != end;
       entry.increment(ignored)) {
    const std::string name = entry->path().filename().string();
    pid_t id = 0, parent = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), id).ec != std::errc{}) continue;
    // "ID (NAME) STATE PARENT ...", where the name may contain any character.
    std::ifstream file(entry->path() / "stat");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto after_name = text.rfind(") ");
    if (after_name == std::string::npos || text.size() < after_name + 5) continue;
    const char* const from = text.data() + after_name + 4;
    if (std::from_chars(from, text.data() + text.size(), parent).ec == std::errc{})
      all[id] = parent;
  }
  return all;
}

// The descendants of this process. Those whose parent has ended are among them, because they become
// children of this process, which is their subreaper.
std::set<pid_t> descendants() {
  const auto parent_of = parents();
  std::set<pid_t> found{::getpid()};
  for (std::size_t before = 0; before < found.size();) {
    before = found.size();
    for (const auto& [id, parent] : parent_of)
      if (found.contains(parent)) found.insert(id);
  }
  found.erase(::getpid());
  return found;
}

bool has_children() {
  siginfo_t ignored;
  return ::waitid(P_ALL, 0, &ignored, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0;
}

// Kills all descendants, and waits until none is left. A process that notices the end of another
// one could start it again, so all are stopped before the first is killed. A process to which a
// signal was sent cannot fork before it has received it, so nobody is left to fork as soon as a
// search finds only processes that were stopped.
//
// It gives up after five seconds: a process that changed its user cannot be killed, and without
// /proc none can be found.
void kill_descendants() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  while (has_children() && std::chrono::steady_clock::now() < end) {
    std::set<pid_t> stopped;
    for (bool found = true; found;) {
      found = false;
      for (const pid_t id : descendants())
        if (stopped.insert(id).second) {
          ::kill(id, SIGSTOP);
          found = true;
        }
    }
    for (const pid_t id : stopped) ::kill(id, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    while (::waitpid(-1, nullptr, WNOHANG | __WALL) > 0) continue;
  }
}

// Reads a signal that has arrived.
int next_signal(const Descriptor& signals) {
  signalfd_siginfo info{};
  return ::read(signals.number(), &info, sizeof info) == sizeof info
             ? static_cast<int>(info.ssi_signo)
             : 0;
}

// Waits for the end of the worker, and returns its status; no value if the worker is to be killed.
std::optional<int> wait_for(pid_t worker, const Descriptor& signals) {
  for (;;) {
    pollfd waiting[] = {{STDIN_FILENO, POLLIN, 0}, {signals.number(), POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0) continue;  // EINTR: this process was stopped for a while
    if (waiting[0].revents != 0) return std::nullopt;
    if (waiting[1].revents != 0 && next_signal(signals) == SIGTERM) return std::nullopt;
    int status = 0;
    for (pid_t id = 0; (id = ::waitpid(-1, &status, WNOHANG | __WALL)) > 0;)
      if (id == worker) return status;
  }
}

// Dies as the worker did, or returns its exit code.
int end_as(int status) {
  if (WIFSIGNALED(status)) {
    ::prctl(PR_SET_DUMPABLE, 0);  // the worker has already dumped its core
    ::signal(WTERMSIG(status), SIG_DFL);
    ::raise(WTERMSIG(status));
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
  }
  return WEXITSTATUS(status);
}

int be_supervisor(pid_t worker) {
  // The worker's ends of sockets and pipes must close when it ends.
  ::closefrom(STDERR_FILENO + 1);
  sigset_t all;
  sigfillset(&all);
  const Descriptor signals(::signalfd(-1, &all, SFD_CLOEXEC));
  if (signals.number() < 0)
    fail(errno, "cannot receive the signals of a worker");  // this ends it too
  const auto status = wait_for(worker, signals);
  if (!status) {
    ::kill(worker, SIGKILL);
    ::waitpid(worker, nullptr, 0);
  }
  kill_descendants();
  return end_as(status.value_or(0));
}

void be_worker(pid_t supervisor) {
  // Nobody watches a worker whose supervisor was killed.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != supervisor) ::raise(SIGKILL);
  // kill(0, ...) reaches the worker and its children only.
  ::setpgid(0, 0);
  Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (nothing.number() < 0 || ::dup2(nothing.number(), STDIN_FILENO) < 0)
    fail(errno, "cannot open /dev/null");
  // A worker that is killed loses what is in the buffer.
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
}

}  // namespace

std::optional<int> supervise() {
  // A session of its own: Ctrl-C at the terminal reaches neither the supervisor nor the worker, and
  // the worker cannot open the terminal.
  ::setsid();
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
    fail(errno, "cannot supervise the processes of a plug-in");
  // No signal that can be blocked ends the supervisor.
  sigset_t all, before;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &before);
  const pid_t supervisor = ::getpid(), worker = ::fork();
  if (worker < 0) fail(errno, run::no_process("a plug-in or a launch"));
  if (worker > 0) return be_supervisor(worker);
  be_worker(supervisor);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  return std::nullopt;
}

}  // namespace maxtrick::worker
