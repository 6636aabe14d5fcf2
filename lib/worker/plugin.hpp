// A plug-in as the program sees it, whether its functions are called in this process or in another
// one.
#pragma once

#include <deque>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "ops/variant.hpp"

namespace maxtrick::worker {

struct Plugin {
  std::filesystem::path file;  // absolute
  std::string name, version, digest;
  // What loading it has changed, as FloatingPoint describes it; empty if nothing. The change was
  // undone.
  std::string when_loaded;
  // The variants that it offers. Their functions throw run::CaseFailed if a kernel fails. The
  // functions of types that a kernel does not have are empty.
  std::vector<ops::Variant> variants;

  // "mine 1.0 (plug-in, SHA-256 ...)"
  [[nodiscard]] std::string library() const;
  // Throws Changed if the file is not the one that was read. To be called each time that the
  // plug-in was loaded again: a user may rebuild it during a run, and a table must not mix the rows
  // of two builds.
  void require_unchanged() const;
};

// The entry of one kernel, without its functions. It claims nothing unless `claimed_ulp` is above 0.
[[nodiscard]] ops::Variant offered(ops::Op op, std::string algorithm, std::string isa,
                                   double claimed_ulp);

// The file is not a usable plug-in. what() names it and says why.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The file has changed since it was read. This is not the failure of a case: all results are
// invalid.
struct Changed : Refused {
  using Refused::Refused;
};

// The plug-ins that the user named. Their variants join the registry of variants.

// Registers the variants of the plug-in. To be called before the list of variants is read
// (ops/registry.hpp). Throws Refused if a variant with one of these names exists already.
void add(Plugin plugin);

// All plug-ins that were added, in that order.
[[nodiscard]] const std::deque<Plugin>& plugins();

// Finds a variant of the plug-ins by its name, and the plug-in that offers it. Both are null if
// there is none.
struct Found {
  const Plugin* plugin = nullptr;
  const ops::Variant* variant = nullptr;
};
[[nodiscard]] Found find(std::string_view name);

}  // namespace maxtrick::worker
