// Processes that the program starts: with what they begin, how they end, and for how long they may
// go on.
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

// Throws std::system_error.
[[noreturn]] void fail(int error, const std::string& what);

// A file descriptor, closed with the object.
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

// A process, killed with the object if it has not ended before.
class Process {
 public:
  // Starts the program arguments.front() with these variables over the own environment (an empty
  // one is unset). `handed` are descriptors of ours, each with its number there; its standard
  // output goes where messages go. Throws std::system_error where a process cannot be had.
  Process(std::vector<std::string> arguments, const std::map<std::string, std::string>& environment,
          const std::vector<std::pair<int, int>>& handed);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // How it ended, as waitpid has it; nothing where it goes on for longer than allowed.
  std::optional<int> wait_until(Clock::time_point end);

 private:
  pid_t id_ = -1;
  bool ended_ = false;
};

// "killed by signal 11 (Segmentation fault)" or "ended with exit code 3", of what waitpid has.
[[nodiscard]] std::string how_it_ended(int status);

// "not done after 0.2 s"
[[nodiscard]] std::string too_late(std::chrono::milliseconds limit);

// Whether there is something to read, or the other end is closed; false where that takes longer
// than allowed.
[[nodiscard]] bool readable_until(int from, Clock::time_point end);

// All that comes until the other end is closed; nothing where that takes longer than allowed.
[[nodiscard]] std::optional<std::string> read_until(int from, Clock::time_point end);

}  // namespace maxtrick::worker
