// Runs of the program that are killed, and the checkpoints that they leave in the cache.
#pragma once

#include "program.hpp"

namespace maxtrick::tests {

// A folder that also contains the cache of the commands that run in it.
struct WorkdirWithCache : Workdir {
  template <class... File>
  explicit WorkdirWithCache(const File&... file) : Workdir(file...) {
    setup = "export XDG_CACHE_HOME=$PWD/cache; ";
  }
};

// Returns shell commands that kill `command` as soon as `condition` holds. SIGKILL gives the program no
// chance to clean up. The commands fail if `command` ends before that.
inline std::string killed_once(const std::string& condition, const std::string& command) {
  return command + " & program=$!\nuntil " + condition +
         " || ! kill -0 $program; do sleep 0.002; done 2>/dev/null\n"
         "kill -9 $program; wait $program; [ $? -eq 137 ]";
}

// Does the same as soon as the matching journals of the cache have more than `lines` lines.
inline std::string killed_after(int lines, const std::string& journals,
                                const std::string& command) {
  return killed_once(
      "[ $(cat cache/maxtrick/" + journals + " | wc -l) -gt " + std::to_string(lines) + " ]",
      command);
}

}  // namespace maxtrick::tests
