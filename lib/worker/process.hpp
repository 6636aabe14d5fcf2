// Processes that the program starts: their environment, their end, and their time limits.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace maxtrick::worker {

using Clock = std::chrono::steady_clock;

// Throws std::system_error with the code `error` and the text `what`.
[[noreturn]] void fail(int error, const std::string& what);

// Owns a file descriptor; the destructor closes it.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    number_ = std::exchange(other.number_, -1);
    return *this;
  }
  ~Descriptor() { close(); }
  [[nodiscard]] int number() const { return number_; }
  void close();

 private:
  int number_;
};

// The end of a new pipe from which is read, and the end to which is written.
[[nodiscard]] std::pair<Descriptor, Descriptor> make_pipe();

// A process. If it has not ended, the destructor ends it and waits for its end.
//
// The standard input of the process is a pipe to which nothing is written. It closes when this
// object or this process ends, even by SIGKILL. A process that runs foreign code calls supervise(),
// which ends with that pipe, and with it everything that the code has started. Any other process
// ends by the SIGTERM that the destructor sends.
class Process {
 public:
  // Starts the program arguments.front(). `environment` adds to or replaces variables of the
  // inherited environment; an empty value unsets one. `handed` are pairs of a descriptor of this
  // process and its number in the new one, which must be above 2. The new process has no other
  // open files but its standard streams, and its standard output goes to stderr.
  // Throws std::system_error if the process cannot be started.
  Process(std::vector<std::string> arguments, const std::map<std::string, std::string>& environment,
          const std::vector<std::pair<int, int>>& handed);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The status of its end, as waitpid() returns it; no value if it still runs at `end`.
  std::optional<int> wait_until(Clock::time_point end);

 private:
  Descriptor lifeline_;
  pid_t id_ = -1;
  bool ended_ = false;
};

// Describes a status of waitpid(): "killed by signal 11 (Segmentation fault)" or "ended with exit
// code 3".
[[nodiscard]] std::string how_it_ended(int status);

// The text "not done after 0.2 s".
[[nodiscard]] std::string too_late(std::chrono::milliseconds limit);

// Waits until there is something to read or the other end is closed. Returns false if that takes
// until `end`.
[[nodiscard]] bool readable_until(int from, Clock::time_point end);

// Everything that is sent until the other end is closed; no value if that takes until `end`.
[[nodiscard]] std::optional<std::string> read_until(int from, Clock::time_point end);

}  // namespace maxtrick::worker
