// Log-sum-exp: the logarithm of the sum of the exponentials of a row.
#pragma once

#include "ops/op.hpp"
#include "ops/row_facts.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition log_sum_exp_definition{
    .name = "log_sum_exp",
    .formula = "y = log sum_k e^x_k; with factors b and a divisor, log |sum_k b_k e^x_k / divisor|",
    .place = 3,
    .output = Output::number,
    .values = Values::logarithms,
    .distribution = false,
    .norm =
        [](const RowFacts& row) {
          return std::max(0.0, std::abs(row.log_sum_exp) - row.uncertainty());
        },
    .factors = {.name = "b"},
    .parameter = {.name = "divisor", .preset = 1},
    .plain = true};
inline constexpr Op log_sum_exp{log_sum_exp_definition};

}  // namespace maxtrick::ops
