// Softmax: the exponentials of a row, divided by their sum.
#pragma once

#include "ops/op.hpp"
#include "ops/row_facts.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition softmax_definition{
    .name = "softmax",
    .formula = "y_i = e^x_i / sum_k e^x_k",
    .place = 1,
    .output = Output::row,
    .values = Values::probabilities,
    .distribution = true,
    .norm = [](const RowFacts& row) { return std::exp(-row.least_log_S()); },
    .plain = true};
inline constexpr Op softmax{softmax_definition};

}  // namespace maxtrick::ops
