// The head of a config of the experiment `speed` that measures few cases and draws no conclusion
// from them.
#pragma once

#include "run/cpu.hpp"
#include "test.hpp"

namespace maxtrick::tests {

inline const std::string tiny_speed = R"(experiment = "speed"
title = "Tiny"
description = "-"
launches = 2
repetitions = 6
min_time_ms = 0.2
launch_limit_s = 60
seed = 1
inaccurate_above_ulp = 8
widest_interval = 1000000000
highest_load = 1000000
)";

// The path of the table of tiny.toml within the folder of all tables.
inline const std::string tiny_table = "speed/" + run::cpu_folder() + "/tiny.csv";

// The rest of such a config: one shape and one set of logits.
inline const std::string tiny_grid = R"([[logits]]
name = "plain"
scale = 1
[[grid]]
shapes = ["8x5"]
logits = ["plain"]
threads = ["1"]
)";

}  // namespace maxtrick::tests
