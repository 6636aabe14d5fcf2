// Lists of numbers in a config.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "inputs/logits.hpp"

namespace maxtrick::inputs {

// Whole numbers from `least` to `most`, rising; `what` they count is for the message. One at least.
[[nodiscard]] std::vector<std::size_t> read_counts(config::Section& section, std::string_view key,
                                                   std::string_view what, std::int64_t least,
                                                   std::int64_t most);

// classes = [2, 10, 1000]
[[nodiscard]] std::vector<std::size_t> read_classes(config::Section& section,
                                                    std::int64_t least = 1,
                                                    std::int64_t most = max_classes);

// Numbers for which `is_right` holds, each once, in the config's order; errors say what was
// `expected`.
[[nodiscard]] std::vector<double> read_distinct(config::Section& section, std::string_view key,
                                                const std::function<bool(double)>& is_right,
                                                const std::string& expected);

}  // namespace maxtrick::inputs
