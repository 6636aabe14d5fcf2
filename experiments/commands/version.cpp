#include <fmt/format.h>
#include <gnu/libc-version.h>

#include <set>

#include "commands/commands.hpp"
#include "kernels/kernels.hpp"
#include "learn/blas.hpp"
#include "numerics/oracle.hpp"
#include "numerics/registry.hpp"
#include "suite/store.hpp"
#include "timing/job.hpp"

namespace maxtrick::commands {
namespace {

std::string commit() {
  const suite::Build build = suite::build();
  if (build.commit.empty()) return "unknown";
  return build.commit.substr(0, 12) + (build.dirty ? ", with changes" : "");
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
  std::set<std::string> all{numerics::oracle_library(), learn::blas_library(),
                            timing::benchmark_library(),
                            fmt::format("glibc {}", gnu_get_libc_version())};
  for (const auto& variant : numerics::variants())
    if (!variant.library.empty()) all.insert(variant.library);
  return fmt::format("\n  {}", fmt::join(all, "\n  "));
}

}  // namespace

std::string version() {
  return fmt::format("maxtrick {}\ncommit {}\ninstruction sets{}\nlibraries{}",
                     suite::build().version, commit(), instruction_sets(), libraries());
}

}  // namespace maxtrick::commands
