// Where the parts of long runs are kept, so that one that was killed goes on where it was.
#pragma once

#include <filesystem>

#include "commands/session.hpp"

namespace maxtrick::commands {

// $XDG_CACHE_HOME/maxtrick, ~/.cache/maxtrick where that variable is not set (XDG Base Directory
// Specification 0.8); empty where the user has no home. Not beside the tables: what is kept belongs
// to the program and the config, wherever the table goes, and `check` writes nothing there.
[[nodiscard]] std::filesystem::path kept_folder();

// Takes what an earlier run left of the plan's kept parts, and says on stderr how many; keeps the
// others as they are done. Nothing is kept, and stderr says why, where that folder cannot be used.
void resume(Prepared& prepared);

}  // namespace maxtrick::commands
