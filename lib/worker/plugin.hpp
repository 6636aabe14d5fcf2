// A plug-in as the program sees it, whether its functions are called in this process or in another.
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
  // What it offers. Functions throw run::CaseFailed where a kernel fails. float64 is empty where it
  // has none, and so are the 16-bit types.
  std::vector<ops::Variant> variants;

  // "mine 1.0 (plug-in, SHA-256 ...)"
  [[nodiscard]] std::string library() const;
  // Throws Changed where the file is not the one that was read. To be asked after it was loaded
  // anew: whoever rebuilds it does not wait for a run, and rows of two builds are of none.
  void require_unchanged() const;
};

// The entry of one kernel, without its functions. `claimed_ulp` is infinite where it claims nothing.
[[nodiscard]] ops::Variant offered(ops::Op op, std::string algorithm, std::string isa,
                                   double claimed_ulp);

// The file is no plug-in that can be used: what() names it and says why.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// It was one, and is another by now. No failure of a case: none is right any more.
struct Changed : Refused {
  using Refused::Refused;
};

// The plug-ins that the user named: what they offer joins the registry of variants.

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
