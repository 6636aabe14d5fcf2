// The oracle: the results of an op in exact arithmetic.
//
// Every value is computed with MPFR at a precision p with a proven error bound. p grows until the
// rounding to T is decided (A. Ziv, "Fast evaluation of elementary mathematical functions with
// correctly rounded last bit", ACM TOMS 17(3), 1991). A first stage in double-double arithmetic can
// decide most rows at about a twentieth of the cost.
//
// Special values, as the project defines them. The first line that applies to a row counts:
//   NaN anywhere:       NaN in the whole row;
//   +inf anywhere:      NaN in the whole row for softmax and log_softmax, as in PyTorch and
//                       ONNX Runtime; +inf for log_sum_exp;
//   nothing but -inf:   NaN in the whole row for softmax and log_softmax; -inf for log_sum_exp;
//   a logit of -inf:    probability 0 and log-probability -inf for its class, which adds nothing to
//                       the sum.
// A row of one class with a finite logit x gives 1 (softmax), 0 (log_softmax) and x (log_sum_exp).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "numerics/error.hpp"
#include "ops/op.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {

// The outputs(op, logits.size()) exact results of `op` on one row of logits. T is float, double,
// Float16 or BFloat16. Throws std::invalid_argument for a row without classes, and
// std::runtime_error if 2^17 bits do not decide the rounding of a result (no such row is known).
//
// Cost: one exponential for each distinct logit, about 2 to 4 microseconds by MPFR. The total is
// log-linear in the number of classes.
template <class T>
[[nodiscard]] std::vector<numerics::Exact<T>> exact(ops::Op op, std::span<const T> logits,
                                                    Stages stages = Stages::mpfr_only);

// The exact sum of finite terms >= 0. Throws std::invalid_argument if a term is negative or not
// finite.
template <class T>
[[nodiscard]] numerics::Exact<T> exact_sum(std::span<const T> terms);

// The name and the version of the MPFR library at run time, such as "MPFR 4.2.0".
[[nodiscard]] std::string oracle_library();

}  // namespace maxtrick::oracle
