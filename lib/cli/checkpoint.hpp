// Checkpoints: results that are kept until their table is written.
#pragma once

#include "cli/session.hpp"

namespace maxtrick::cli {

// Makes the plan write its results to a checkpoint, and read those of an earlier run if --resume is
// given. Prints on stderr how many results there were, or where they are if --resume was not given.
// If the folder cannot be used, nothing is kept, and stderr says why if the user would miss it.
void resume(Prepared& prepared, const TableOptions& options);

}  // namespace maxtrick::cli
