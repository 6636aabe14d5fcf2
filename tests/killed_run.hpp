// Runs of the program that are killed, and the cache that they leave.
#pragma once

#include "program.hpp"

namespace maxtrick::tests {

// A folder whose commands keep their cache in it.
struct WorkdirWithCache : Workdir {
  template <class... File>
  explicit WorkdirWithCache(const File&... file) : Workdir(file...) {
    setup = "export XDG_CACHE_HOME=$PWD/cache; ";
  }
};

// The shell commands that kill `command` as soon as `condition` holds: SIGKILL leaves no way to clean
// up. They fail if `command` ended before.
inline std::string killed_once(const std::string& condition, const std::string& command) {
  return command + " & program=$!\nuntil " + condition +
         " || ! kill -0 $program; do sleep 0.002; done 2>/dev/null\n"
         "kill -9 $program; wait $program; [ $? -eq 137 ]";
}

// The same, as soon as the journals of the cache that match have more than so many lines.
inline std::string killed_after(int lines, const std::string& journals,
                                const std::string& command) {
  return killed_once(
      "[ $(cat cache/maxtrick/" + journals + " | wc -l) -gt " + std::to_string(lines) + " ]",
      command);
}

}  // namespace maxtrick::tests
