// Merges softmax-weighted means v_k of parts of a row (online softmax): x_k is the log-sum-exp of part k.
#pragma once

#include "ops/op.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition merge_definition{
    .name = "merge",
    .formula = "y = sum_k softmax(z)_k v_k; 0 if every z_k is -inf",
    .place = 15,
    .output = Output::number,
    .values = Values::numbers,
    .distribution = false,
    .factors = {.name = "values", .required = true}};
inline constexpr Op merge{merge_definition};

}  // namespace maxtrick::ops
