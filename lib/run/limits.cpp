#include "run/limits.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <vector>

namespace maxtrick::run {
namespace {

// The limits that are set, as a shell prints them: " (ulimit -u: 5, ulimit -v: 200000)". Empty if
// none is.
std::string limits(const std::vector<std::pair<int, const char*>>& asked) {
  std::string text;
  for (const auto& [resource, option] : asked) {
    rlimit limit{};
    if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0) continue;
    if (limit.rlim_cur == RLIM_INFINITY) continue;
    const rlim_t unit = resource == RLIMIT_NPROC ? 1 : 1024;
    text +=
        fmt::format("{}ulimit {}: {}", text.empty() ? " (" : ", ", option, limit.rlim_cur / unit);
  }
  return text.empty() ? text : text + ")";
}

std::string of_memory() { return limits({{RLIMIT_AS, "-v"}, {RLIMIT_DATA, "-d"}}); }
std::string of_processes() { return limits({{RLIMIT_NPROC, "-u"}, {RLIMIT_AS, "-v"}}); }

}  // namespace

std::string out_of_memory() {
  return fmt::format("not enough memory{}; use fewer threads (--jobs), or raise the limit",
                     of_memory());
}

std::string no_thread(std::size_t number, std::size_t all, const std::error_code& why) {
  return fmt::format(
      "cannot start thread {} of {}: {}{}; use fewer threads (--jobs), or raise the limit", number,
      all, why.message(), of_processes());
}

std::string no_process(const std::string& program) {
  return fmt::format("cannot start a process of {}{}", program, of_processes());
}

}  // namespace maxtrick::run
