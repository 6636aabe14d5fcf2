// The plug-ins that the user named: beside the registry of variants, in which what they offer of
// its ops is entered.
#pragma once

#include <deque>
#include <string_view>

#include "worker/kernel.hpp"

namespace maxtrick::worker {

// Enters it; to be called before the list of variants is read (numerics/registry.hpp). Throws
// Refused where it has the name of a kernel that is there already.
void add(Plugin plugin);

// All that were added, in that order.
[[nodiscard]] const std::deque<Plugin>& plugins();

// A kernel of theirs and its plug-in; nothing where the name is none of theirs.
struct Found {
  const Plugin* plugin = nullptr;
  const Kernel* kernel = nullptr;
};
[[nodiscard]] Found find(std::string_view name);

}  // namespace maxtrick::worker
