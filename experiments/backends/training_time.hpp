// Times of training, measured in turns.
#pragma once

#include <cstddef>
#include <vector>

#include "inputs/trained.hpp"

namespace maxtrick::backends {

// Seconds of each setup's training, [setup][repeat]: the setups take turns, so that what slows the
// machine down for a while slows all of them; each repeat starts with another. One repeat before
// these warms up.
[[nodiscard]] std::vector<std::vector<double>> interleaved_seconds(
    const std::vector<inputs::Setup>& setups, std::size_t repeats);

}  // namespace maxtrick::backends
