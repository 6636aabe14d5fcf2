// Reads the targets of losses, their weights, and how the losses are reduced.
#pragma once

#include "cli/eval/problem.hpp"

namespace maxtrick::cli {

// Completes a problem with losses. Throws UsageError or io::InputError, which name the option and the
// place.
void read_targets(const ProblemOptions& options, Problem& problem);

// Throws UsageError if an option of targets is given for an op that has none.
void refuse_targets(const ProblemOptions& options, const Problem& problem);

}  // namespace maxtrick::cli
