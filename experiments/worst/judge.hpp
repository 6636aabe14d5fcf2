// The largest error of a variant on a row, compared with the oracle.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "ops/variant.hpp"
#include "oracle/solver.hpp"
#include "table/cell.hpp"

namespace maxtrick::worst {

// A row of logits, which are numbers of the type that is searched, and the class of a loss.
struct Input {
  std::vector<double> logits;
  std::size_t target = 0;
};

// What a variant claims in a type. It holds for logits up to a magnitude of `largest_logit`, a number
// of the type. The bound is infinite if the variant claims nothing.
struct Bound {
  double ulp = std::numeric_limits<double>::infinity();
  double floor = 0;  // as in ops::Claim
  double largest_logit = 0;
};
[[nodiscard]] Bound bound_of(const ops::Variant& variant, ops::DType dtype);

// The largest error of each row, in units of ulp(max(|y|, floor)). Of a loss with its gradient, it
// is the largest of the loss and of the entries of the gradient, each in ULP of its own exact value.
// It is above 0.5 if a result is not the nearest number, even if it is beside a midpoint. It is
// infinite if a result is NaN or infinite and should not be. `inputs` have the same number of
// classes.
[[nodiscard]] std::vector<double> errors(const ops::Variant& variant, ops::DType dtype,
                                         const std::vector<Input>& inputs, oracle::Stages stages);

// The error as tables state it: six significant digits, rounded up. A table can then state 0.5 only
// if every result is the nearest number.
[[nodiscard]] table::Cell stated(double error);

}  // namespace maxtrick::worst
