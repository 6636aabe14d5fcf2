// The plug-ins in tests/plugin, and the options and configs with which the program loads them.
#pragma once

#include "program.hpp"
#include "result_rows.hpp"

namespace maxtrick::tests {

inline std::filesystem::path plugin_file(const std::string& name) {
  return std::filesystem::path(MAXTRICK_PLUGINS) / (name + ".so");
}

// Returns " --plugin 'FILE'".
inline std::string option_of(const std::filesystem::path& file) {
  return " --plugin '" + file.string() + "'";
}
inline std::string option(const std::string& name) { return option_of(plugin_file(name)); }

// Leaves out kernels that never end. A time limit that is long enough for all other kernels on a
// busy machine would make these tests slow.
inline const std::string without_hangs =
    " --filter '(max|exp|entropy|gradient)\\.([^h]|h[^a])|memcpy'";

// Two rows of logits through two forms, and through all plug-in kernels of their ops.
inline const std::string overflow = R"(experiment = "overflow"
title = "T"
description = "D"
ops = ["softmax", "log_softmax"]
dtypes = ["float32", "float64"]
variants = ["softmax.max_trick.*", "log_softmax.shifted.*"]
inaccurate_above_ulp = 8
[[case]]
name = "three"
hazard = "H"
source = "S"
logits = [1, 2, 3]
[[case]]
name = "masked"
hazard = "H"
source = "S"
logits = [1, -inf, 100, 7]
)";

}  // namespace maxtrick::tests
