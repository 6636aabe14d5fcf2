// The oracle: what an op returns in exact arithmetic.
//
// Every value is computed with MPFR at a precision p with a proven bound on its error, and p grows
// until the rounding to T is decided (A. Ziv, "Fast evaluation of elementary mathematical functions
// with correctly rounded last bit", ACM TOMS 17(3), 1991).
//
// Special values, as the project defines them:
//   a NaN anywhere:        NaN in the whole row;
//   else +inf anywhere:    NaN in the whole row for softmax and log_softmax, as PyTorch and
//                          ONNX Runtime do; +inf for log_sum_exp;
//   else a row of -inf:    NaN in the whole row for softmax and log_softmax; -inf for log_sum_exp;
//   else a single -inf:    probability 0, log-probability -inf; no part in the sum;
//   one class x:           1, 0 and x.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "numerics/error.hpp"
#include "ops/op.hpp"

namespace maxtrick::oracle {

// The exact results of `op` on one row of logits; outputs(op, logits.size()) of them.
// T is float, double, Float16 or BFloat16. Throws std::invalid_argument for a row of no classes,
// and std::runtime_error for one whose rounding 2^17 bits do not decide (none is known).
//
// Cost: one MPFR exponential for each distinct logit, about 2 to 4 microseconds; log-linear in all.
template <class T>
[[nodiscard]] std::vector<numerics::Exact<T>> exact(ops::Op op, std::span<const T> logits);

// The exact sum of finite terms >= 0. Throws std::invalid_argument for others.
template <class T>
[[nodiscard]] numerics::Exact<T> exact_sum(std::span<const T> terms);

// "MPFR 4.2.0": what the exact answers come from, as it runs.
[[nodiscard]] std::string oracle_library();

}  // namespace maxtrick::oracle
