// Plain functions of one row: argmax, soft argmax, and the Jacobian of softmax.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace maxtrick::ops {

// The index of the first largest entry, or of the first NaN if there is one, as in NumPy. Throws
// std::invalid_argument for an empty row.
template <class T>
[[nodiscard]] std::size_t argmax(std::span<const T> row);

// sum_i i * p_i over a row of probabilities p, with indices from 0: the soft counterpart of argmax.
// The sum is computed in double, in order, and rounded to T once.
template <class T>
[[nodiscard]] T soft_argmax(std::span<const T> probabilities);

// The Jacobian of softmax at probabilities p, classes x classes in C order:
//   dp_i/dx_j = p_i (1 - p_i) if i = j, else -p_i p_j.
template <class T>
[[nodiscard]] std::vector<T> softmax_jacobian(std::span<const T> probabilities);

}  // namespace maxtrick::ops
