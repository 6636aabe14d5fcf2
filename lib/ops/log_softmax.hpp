// Log-softmax: the logarithms of softmax.
#pragma once

#include "ops/op.hpp"
#include "ops/row_facts.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition log_softmax_definition{
    .name = "log_softmax",
    .formula = "y_i = x_i - log sum_k e^x_k",
    .place = 2,
    .output = Output::row,
    .values = Values::logarithms,
    .distribution = true,
    .norm = [](const RowFacts& row) { return row.max - row.min + row.least_log_S(); },
    .plain = true};
inline constexpr Op log_softmax{log_softmax_definition};

}  // namespace maxtrick::ops
