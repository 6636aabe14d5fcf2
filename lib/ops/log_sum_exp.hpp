// Log-sum-exp: the logarithm of the sum of the exponentials of a row.
#pragma once

#include "ops/op.hpp"
#include "ops/row_facts.hpp"

namespace maxtrick::ops {

inline constexpr OpDefinition log_sum_exp_definition{
    .name = "log_sum_exp",
    .formula = "y = log sum_k e^x_k",
    .place = 3,
    .output = Output::number,
    .values = Values::logarithms,
    .distribution = false,
    .norm = [](const RowFacts& row) {
      return std::max(0.0, std::abs(row.log_sum_exp) - row.uncertainty());
    }};
inline constexpr Op log_sum_exp{log_sum_exp_definition};

}  // namespace maxtrick::ops
