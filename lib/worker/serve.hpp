// The other side of Child: what the process of a plug-in does.
#pragma once

#include <filesystem>

namespace maxtrick::worker {

// Loads the plug-in, says what it offers, and answers calls until the other end is closed. Throws
// std::system_error where the descriptors of call_memory.hpp are not open.
void serve(const std::filesystem::path& file);

}  // namespace maxtrick::worker
