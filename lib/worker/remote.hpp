// A plug-in whose functions are called in processes of its own.
#pragma once

#include <filesystem>

#include "worker/child.hpp"
#include "worker/plugin.hpp"

namespace maxtrick::worker {

// What the file offers. Its functions may be called from several threads at once: each call has a
// process to itself, in which no other call runs meanwhile. What breaks one, and how, comes out as
// run::CaseFailed, and the next call has a new process. A kernel that hung three times is not
// called again. Where the file is another by the time that a process loads it anew, Changed comes
// out. Throws Refused.
[[nodiscard]] Plugin start(const std::filesystem::path& file, const Host& host);

}  // namespace maxtrick::worker
