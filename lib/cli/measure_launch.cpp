// What the program starts itself for.
#include "cli/commands.hpp"
#include "timing/launch.hpp"
#include "worker/serve.hpp"

namespace maxtrick::cli {

int measure_launch(const std::string& job) {
  timing::serve_launch(job);
  return exit_holds;
}

int serve_plugin(const std::string& file) {
  worker::serve(file);
  return exit_holds;
}

}  // namespace maxtrick::cli
