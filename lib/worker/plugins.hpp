// The plug-ins that the user named: what they offer joins the registry of variants.
#pragma once

#include <deque>
#include <string_view>

#include "worker/plugin.hpp"

namespace maxtrick::worker {

// Registers what it offers; to be called before the list of variants is read (ops/registry.hpp).
// Throws Refused where it has the name of a variant that is there already.
void add(Plugin plugin);

// All that were added, in that order.
[[nodiscard]] const std::deque<Plugin>& plugins();

// A variant of theirs and its plug-in; nothing where the name is none of theirs.
struct Found {
  const Plugin* plugin = nullptr;
  const ops::Variant* variant = nullptr;
};
[[nodiscard]] Found find(std::string_view name);

}  // namespace maxtrick::worker
