// The options of `eval` and `judge` on the command line.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/eval/options.hpp"

namespace maxtrick::cli {

// Adds the options that describe what is computed.
void add_problem(CLI::App& app, ProblemOptions& options);

}  // namespace maxtrick::cli
