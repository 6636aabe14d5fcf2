// Reads the input of `maxtrick eval`: logits, their classes, and the type for the computation.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "cli/commands.hpp"
#include "io/matrix.hpp"
#include "ops/variant.hpp"

namespace maxtrick::cli {

// The logits of --logits or --input.
[[nodiscard]] io::Matrix read_logits(const EvalOptions& options);

// The class of each row, and whether it was given by a row of weights.
struct Labels {
  std::vector<std::int32_t> classes;
  bool one_hot = false;
};

// The labels of --labels: a class for each row, or a matrix of the shape of the logits whose rows
// are one-hot. Throws UsageError if a row has no label, or if a label is not a class.
[[nodiscard]] Labels read_labels(const EvalOptions& options, const io::Matrix& logits);

// The type of --dtype, or without that option the type of the logits, or float32.
[[nodiscard]] ops::DType read_dtype(const EvalOptions& options, const io::Matrix& logits);

// Removes from `chosen` the variants that cannot run here in the type, and prints the reason on
// stderr. Returns their number.
std::size_t leave_out(std::vector<const ops::Variant*>& chosen, ops::DType dtype, bool quiet);

// Throws UsageError if a logit is finite, but not in T, in which `dtype` stores it. A text may hold
// numbers that are too large for the type.
template <class T>
void require_finite(const io::Matrix& logits, ops::DType dtype) {
  for (const double x : logits.values)
    if (std::isfinite(x) && std::isinf(static_cast<double>(static_cast<T>(x))))
      throw UsageError(
          fmt::format("eval: {} is infinite in {}; use --dtype float64", x, name(dtype)));
}

}  // namespace maxtrick::cli
