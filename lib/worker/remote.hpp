// A plug-in whose functions are called in processes of its own.
#pragma once

#include <chrono>
#include <filesystem>

#include "worker/plugin.hpp"

namespace maxtrick::worker {

// How plug-ins are served.
struct Host {
  std::filesystem::path program = "/proc/self/exe";  // that has the command serve-plugin
  // Of a call, and a microsecond more for each logit; and to load.
  std::chrono::milliseconds limit = std::chrono::seconds(10);
};

// What the file offers. Its functions may be called from several threads at once: each call has a
// process to itself, in which no other call runs meanwhile. What breaks one, and how, comes out as
// run::CaseFailed, and the next call has a new process. A kernel that hung three times is not
// called again. Where the file is another by the time that a process loads it anew, Changed comes
// out. Throws Refused.
[[nodiscard]] Plugin start(const std::filesystem::path& file, const Host& host);

}  // namespace maxtrick::worker
