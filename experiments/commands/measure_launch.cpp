// What the program starts itself for.
#include "commands/commands.hpp"
#include "plugin/serve.hpp"
#include "timing/launch.hpp"

namespace maxtrick::commands {

int measure_launch(const std::string& job) {
  timing::serve_launch(job);
  return exit_holds;
}

int serve_plugin(const std::string& file) {
  plugin::serve(file);
  return exit_holds;
}

}  // namespace maxtrick::commands
