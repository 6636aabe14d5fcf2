#include "commands/kept.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <system_error>

namespace maxtrick::commands {
namespace {

// The variable's value, where it is a path that does not depend on the folder one is in.
std::filesystem::path absolute_path(const char* variable) {
  const char* value = std::getenv(variable);
  const std::filesystem::path path = value ? value : "";
  return path.is_absolute() ? path : std::filesystem::path{};
}

}  // namespace

std::filesystem::path kept_folder() {
  if (const auto cache = absolute_path("XDG_CACHE_HOME"); !cache.empty()) return cache / "maxtrick";
  if (const auto home = absolute_path("HOME"); !home.empty()) return home / ".cache" / "maxtrick";
  return {};
}

void resume(Prepared& prepared) {
  if (!suite::keeps_parts(prepared.plan)) return;
  const auto folder = kept_folder();
  std::string reason = "neither XDG_CACHE_HOME nor HOME names a folder";
  try {
    if (!folder.empty()) {
      prepared.resumed = suite::resume(prepared.plan, folder / prepared.name);
      if (prepared.resumed.had > 0)
        fmt::print(stderr, "{}: {} of {} {} were there\n", prepared.name, prepared.resumed.had,
                   prepared.resumed.all, prepared.plan.part);
      return;
    }
  } catch (const std::system_error& error) {
    reason = error.what();
  }
  fmt::print(stderr, "{}: {} are not kept, and a run that is killed starts anew: {}\n",
             prepared.name, prepared.plan.part, reason);
}

}  // namespace maxtrick::commands
