// The stages of softmax.
#pragma once

namespace maxtrick::kernels {

// Each stage includes the ones before it; the last two are alternatives. `numbers` has what a stage
// finds of each row.
//   stage       results y                              number
//   copy        x                                      unspecified
//   maximum     x                                      the largest logit m
//   exp         a multiple of e^(x - m)                m
//   sum         the same                               the sum of the y, before their rounding
//   reciprocal  softmax: e^(x - m) times 1 / sum       the same sum
//   division    softmax: e^(x - m) / sum               the same sum
enum class Stage { copy, maximum, exp, sum, reciprocal, division };
inline constexpr int stages = 6;

}  // namespace maxtrick::kernels
