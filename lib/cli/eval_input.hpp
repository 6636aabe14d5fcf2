// What `maxtrick eval` is given: logits, their classes, and the type to compute in.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "cli/commands.hpp"
#include "io/matrix.hpp"
#include "ops/variant.hpp"

namespace maxtrick::cli {

// Of --logits or --input.
[[nodiscard]] io::Matrix read_logits(const EvalOptions& options);

// The class of each row, and whether it was given as a row of weights.
struct Labels {
  std::vector<std::int32_t> classes;
  bool one_hot = false;
};

// Of --labels: a class a row, or a matrix of the shape of the logits whose rows are one-hot. Throws
// UsageError where a row has none, or what is no class.
[[nodiscard]] Labels read_labels(const EvalOptions& options, const io::Matrix& logits);

// --dtype; without it the logits' own type, or float32.
[[nodiscard]] ops::DType read_dtype(const EvalOptions& options, const io::Matrix& logits);

// Takes out of `chosen` what cannot run in the type here, and says why on stderr; how many there were.
std::size_t leave_out(std::vector<const ops::Variant*>& chosen, ops::DType dtype, bool quiet);

// Throws UsageError where a logit is finite, but not in T, in which `dtype` stores it: text may
// hold numbers that the type cannot.
template <class T>
void require_finite(const io::Matrix& logits, ops::DType dtype) {
  for (const double x : logits.values)
    if (std::isfinite(x) && std::isinf(static_cast<double>(static_cast<T>(x))))
      throw UsageError(
          fmt::format("eval: {} is infinite in {}; give --dtype float64", x, name(dtype)));
}

}  // namespace maxtrick::cli
