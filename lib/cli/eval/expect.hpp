// Compares results with numbers that are expected.
#pragma once

#include <vector>

#include "cli/eval/results.hpp"

namespace maxtrick::cli {

// Prints the first wrong elements of each of `all` on stderr, with their places. Returns whether there
// are none. Throws UsageError for options that exclude each other, and for a shape that does not fit.
[[nodiscard]] bool holds(const ExpectOptions& options, const Problem& problem, const Exact& exact,
                         const std::vector<Results>& all);

}  // namespace maxtrick::cli
