// A plug-in loaded into this process, and the process that answers calls of it.
#pragma once

#include <filesystem>
#include <string>

#include "worker/plugin.hpp"

namespace maxtrick::worker {

// Loads it, for good, and reads what it offers; its functions are called here, on the caller's
// thread. Whatever is wrong with it is wrong with this process too: see remote.hpp. Throws Refused.
[[nodiscard]] Plugin open(const std::filesystem::path& file);

// The description without the functions, as one line of text, and back: functions are empty then,
// but float64 of those that have it, which throws.
[[nodiscard]] std::string to_json(const Plugin& plugin);
[[nodiscard]] Plugin from_json(const std::string& text);

// The program's command that serves a plug-in; its one argument is the file.
inline constexpr const char* serve_command = "serve-plugin";
// What that process does: loads the plug-in, says what it offers, and answers calls until the other
// end is closed. Throws std::system_error where the descriptors of call_memory.hpp are not open.
void serve(const std::string& file);

}  // namespace maxtrick::worker
