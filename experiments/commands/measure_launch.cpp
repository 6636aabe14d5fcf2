// What the experiment `speed` starts the program for.
#include "commands/commands.hpp"
#include "timing/launch.hpp"

namespace maxtrick::commands {

int measure_launch(const std::string& job) {
  timing::serve_launch(job);
  return exit_holds;
}

}  // namespace maxtrick::commands
