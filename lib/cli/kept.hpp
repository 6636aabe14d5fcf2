// Where results are kept until their table is written, so that a run that was killed can go on.
#pragma once

#include <filesystem>

#include "cli/session.hpp"

namespace maxtrick::cli {

// $XDG_CACHE_HOME/maxtrick, ~/.cache/maxtrick where that variable is not set (XDG Base Directory
// Specification 0.8); empty where the user has no home. Not beside the tables: what is kept belongs
// to the program and the config, wherever the table goes, and `check` writes nothing there. What a
// check keeps lies apart: it writes no table, and so does not end what a run has left.
[[nodiscard]] std::filesystem::path kept_folder();

// Keeps the plan's results as they are done, and takes what an earlier run left of them where
// --resume asks for that; says on stderr how much there was, and where it still is if that was not
// asked for. Where that folder cannot be used nothing is kept, and stderr says why where somebody
// would miss it.
void resume(Prepared& prepared, const TableOptions& options);

}  // namespace maxtrick::cli
