#include <fmt/format.h>
#include <gnu/libc-version.h>

#include <set>

#include "cli/commands.hpp"
#include "kernels/kernels.hpp"
#include "learn/blas.hpp"
#include "ops/registry.hpp"
#include "oracle/oracle.hpp"
#include "run/store.hpp"
#include "timing/job.hpp"

namespace maxtrick::cli {
namespace {

std::string commit() {
  const run::Build build = run::build();
  if (build.commit.empty()) return "unknown";
  return build.commit.substr(0, 12) + (build.dirty ? " (with uncommitted changes)" : "");
}

std::string instruction_sets() {
  std::string text;
  for (const kernels::Isa isa : kernels::all_isas) {
    const auto why = kernels::why_unavailable(isa);
    text += fmt::format("\n  {:8}{}", name(isa), why.empty() ? "available" : "not available: ");
    text += why;
  }
  return text;
}

std::string libraries() {
  std::set<std::string> all{oracle::oracle_library(), learn::blas_library(),
                            timing::benchmark_library(),
                            fmt::format("glibc {}", gnu_get_libc_version())};
  for (const auto& variant : ops::variants())
    if (!variant.library.empty()) all.insert(variant.library);
  return fmt::format("\n  {}", fmt::join(all, "\n  "));
}

}  // namespace

std::string version() {
  return fmt::format("maxtrick {}\ncommit {}\ninstruction sets{}\nlibraries{}",
                     run::build().version, commit(), instruction_sets(), libraries());
}

}  // namespace maxtrick::cli
