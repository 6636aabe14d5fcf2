// The keys that say what is timed.
#pragma once

#include <string>
#include <vector>

#include "speed/spec.hpp"

namespace maxtrick::speed {

inline const std::vector<std::string> thread_words{"1", "all"};
[[nodiscard]] std::vector<std::string> dtype_names();

// Read the keys `shapes` and `dtypes` (float32 if absent).
[[nodiscard]] std::vector<timing::Shape> read_shapes(config::Section& section);
[[nodiscard]] std::vector<ops::DType> read_dtypes(config::Section& section);

// Reads `variants` and the tables [[grid]], and adds every case of the grids once. The cases of one op
// are adjacent, and memcpy comes first.
void read_cases(config::Section& config, Spec& spec);

// Reads the claims or the goals. `key` is "claim" or "goal".
[[nodiscard]] std::vector<Claim> read_claims(config::Section& config, const Spec& spec,
                                             const std::string& key);

}  // namespace maxtrick::speed
