// A plug-in whose functions are called in separate processes.
#pragma once

#include <chrono>
#include <filesystem>

#include "worker/plugin.hpp"

namespace maxtrick::worker {

// How processes serve plug-ins.
struct Host {
  std::filesystem::path program = "/proc/self/exe";  // the program with the command serve-plugin
  // The time limit of a call, to which each logit adds a microsecond. Loading has the same limit,
  // but at least 10 s.
  std::chrono::milliseconds limit = std::chrono::seconds(10);
};

// Starts a process for the plug-in and returns its description. The functions may be called from
// several threads: each call has a process of its own while it runs. A call that breaks its process
// throws run::CaseFailed, which says how, and the next call starts a new process. A kernel that has
// hung three times is not called again. If the file has changed when a new process loads it, the
// call throws Changed. Throws Refused if the plug-in cannot be used.
[[nodiscard]] Plugin start(const std::filesystem::path& file, const Host& host);

}  // namespace maxtrick::worker
