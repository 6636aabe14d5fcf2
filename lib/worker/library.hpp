// A plug-in loaded into this process.
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

}  // namespace maxtrick::worker
