// Foreign code, and whatever it starts, ends with the run: each process that runs it has a
// supervisor.
#pragma once

#include <optional>

namespace maxtrick::worker {

// Splits this process, which Process has started, into a supervisor and a worker. Returns no value
// in the worker, which then runs the foreign code.
//
// The supervisor waits for the end of the worker. It then kills every process that descends from
// the worker, in whatever session or process group. It dies from the same signal as the worker, or
// returns the exit code with which it must end. It kills the worker too if the program that has
// started this process closes the other end of standard input or ends in any way, or if a SIGTERM
// arrives.
//
// To be called before the process has threads. Throws std::system_error.
[[nodiscard]] std::optional<int> supervise();

}  // namespace maxtrick::worker
