#include "cli/checkpoint.hpp"

#include <fmt/format.h>
#include <gnu/libc-version.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

#include "run/cpu.hpp"
#include "worker/plugin.hpp"

namespace maxtrick::cli {
namespace {

// The value of a variable, if it is an absolute path, which does not depend on the current folder;
// else an empty path.
std::filesystem::path absolute_path(const char* variable) {
  const char* value = std::getenv(variable);
  const std::filesystem::path path = value ? value : "";
  return path.is_absolute() ? path : std::filesystem::path{};
}

// Everything on which the rows depend besides the program: the config and the files that it names;
// the libraries, and the CPU by which they choose their code; and the environment variables that
// affect them.
std::string identity(const Prepared& prepared, const TableOptions& options) {
  std::string text =
      fmt::format("{}\n{}\n{}\n{}\n{}", prepared.text, fmt::join(options.overrides, "\n"),
                  fmt::join(prepared.libraries, "\n"), gnu_get_libc_version(), run::cpu_folder());
  for (const auto& [file, digest] : prepared.inputs) text += fmt::format("\n{} {}", file, digest);
  for (const worker::Plugin& plugin : worker::plugins()) text += fmt::format("\n{}", plugin.digest);
  std::set<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry)
    for (const std::string_view library :
         {"MAXTRICK_", "ONEDNN_", "DNNL_", "OPENBLAS_", "OMP_", "GLIBC_TUNABLES="})
      if (std::string_view(*entry).starts_with(library)) variables.insert(*entry);
  return text + fmt::format("\n{}", fmt::join(variables, "\n"));
}

// The folder of checkpoints, in which results are kept until their table is written:
// $XDG_CACHE_HOME/maxtrick, or ~/.cache/maxtrick if that variable is not set (XDG Base Directory
// Specification 0.8). Empty if the user has no home folder. It is not next to the tables, because a
// checkpoint belongs to the program and the config, wherever the table is written, and `check` does
// not write to the folder of the tables. The checkpoints of `check` are in a separate subfolder: it
// writes no table, so it must not remove those of a run.
std::filesystem::path kept_folder() {
  if (const auto cache = absolute_path("XDG_CACHE_HOME"); !cache.empty()) return cache / "maxtrick";
  if (const auto home = absolute_path("HOME"); !home.empty()) return home / ".cache" / "maxtrick";
  return {};
}

}  // namespace

void resume(Prepared& prepared, const TableOptions& options) {
  if (!run::can_resume(prepared.plan)) {
    if (options.resume)
      fmt::print(stderr,
                 "{}: starts from the beginning, because its times are compared within "
                 "one run\n",
                 prepared.name);
    return;
  }
  const bool by_parts = prepared.plan.keeps_parts();
  const auto folder = kept_folder();
  std::string reason = "neither XDG_CACHE_HOME nor HOME is set";
  try {
    if (!folder.empty()) {
      prepared.resumed = run::resume(prepared.plan, {.folder = folder / prepared.kept_in,
                                                     .identity = identity(prepared, options),
                                                     .take = options.resume});
      const run::Resumed& resumed = prepared.resumed;
      if (options.resume)
        fmt::print(stderr, "{}: {} of {} {} were computed before\n", prepared.name, resumed.had,
                   resumed.all, resumed.counted);
      else if (resumed.had > 0)
        fmt::print(stderr,
                   "{}: {} of {} {} are in {}, from an unfinished run. They are computed "
                   "again; --resume would use them, even after this run is killed\n",
                   prepared.name, resumed.had, resumed.all, resumed.counted,
                   (folder / prepared.kept_in).string());
      return;
    }
  } catch (const std::system_error& error) {
    reason = error.what();
  }
  // Nobody expects checkpoints of a short run.
  if (options.resume || by_parts)
    fmt::print(stderr, "{}: {} are not stored, so that a killed run cannot be resumed: {}\n",
               prepared.name, by_parts ? prepared.plan.part : "rows", reason);
}

}  // namespace maxtrick::cli
