// Which variants `eval` runs.
#pragma once

#include <string>
#include <vector>

#include "cli/eval/problem.hpp"
#include "ops/variant.hpp"

namespace maxtrick::cli {

// The variants of the problem's op that `pattern` chooses, or all that are meant for it if the pattern
// is empty. Formulations of a loss come first, in their order. Throws UsageError if none matches.
[[nodiscard]] std::vector<const ops::Variant*> choose(const Problem& problem,
                                                      const std::string& pattern);

// Removes the variants that cannot compute the problem here, and prints the reason on stderr. Returns
// their number.
std::size_t leave_out(std::vector<const ops::Variant*>& chosen, const Problem& problem, bool quiet);

}  // namespace maxtrick::cli
