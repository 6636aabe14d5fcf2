// The outcome of a case: the outputs of a variant, compared with those of the oracle.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "numerics/error.hpp"
#include "ops/op.hpp"
#include "oracle/solver.hpp"

namespace maxtrick::oracle {

// Each output of a row is judged separately. The row has the worst outcome of its outputs; the
// enumerators are in rising order:
//   ok          The output is within the tolerance, or correctly rounded, or the correct special
//               value.
//   inaccurate  The error is above the tolerance, but the relative error is below 1/2.
//   differs     The row has NaN, +inf or nothing but -inf, the output is not the special value that
//               the project defines, and the variant states a definition of its own.
//   wrong       The output has no correct digit (a relative error of 1/2 or more), and no other
//               outcome applies. Also a wrong special value of a variant without a definition of
//               its own, and a number instead of the log-probability -inf of a masked class.
//   underflow   softmax: 0, although the exact value does not round to 0. The exact value is below
//               half an ULP of 1; if it is larger, the outcome is `wrong`. Log ops: -inf, although
//               the exact value is finite (the logarithm of a probability, or of a sum, that was
//               computed as 0).
//   overflow    +inf (softmax: either infinity), although the exact value is finite. Also a wrong 0
//               in a row of softmax whose outputs are all 0, and a wrong -inf in a row of
//               log_softmax whose outputs are all -inf: the denominator has overflowed.
//   nan         NaN, although the exact value is a number or an infinity.
enum class Outcome { ok, inaccurate, differs, wrong, underflow, overflow, nan };
inline constexpr Outcome all_outcomes[] = {Outcome::ok,    Outcome::inaccurate, Outcome::differs,
                                           Outcome::wrong, Outcome::underflow,  Outcome::overflow,
                                           Outcome::nan};
[[nodiscard]] std::string_view name(Outcome outcome);

// The gradient of a loss as an op: its entries are judged like probabilities that need not sum to 1, of
// which one that underflows is 0.
inline constexpr ops::OpDefinition gradient_definition{.name = "gradient",
                                                       .formula = {},
                                                       .place = 0,
                                                       .output = ops::Output::row,
                                                       .values = ops::Values::probabilities,
                                                       .distribution = false};
inline constexpr ops::Op gradient_op{gradient_definition};

struct Verdict {
  Outcome outcome = Outcome::ok;
  double max_error_ulp = 0;                    // over the row, as in error.hpp; may be infinite
  double sum_error_ulp = 0;                    // the sum of the errors of the outputs
  std::optional<std::size_t> first_bad_index;  // the first output that is not ok
};

// Judges the outputs `got` of a row. `exact` and `got` have one entry for each output.
// `tolerance_ulp` is the largest error that counts as ok. `own_special_values` is set if the
// variant states a definition of its own for special values.
template <class T>
[[nodiscard]] Verdict judge(ops::Op op, std::span<const numerics::Exact<T>> exact,
                            std::span<const T> got, double tolerance_ulp, bool own_special_values);

// The same for a row of any op. `got` and `loss` (null if the op has none) are the computed results
// of the row. first_bad_index is empty for ops with losses.
template <class T>
[[nodiscard]] Verdict judge(ops::Op op, const Answer<T>& answer, std::span<const T> got,
                            const T* loss, double tolerance_ulp, bool own_special_values);

// The sum of the probabilities that a row of outputs represents, minus 1.
//   softmax      the sum of the outputs, minus 1
//   log_softmax  the sum of their exponentials, minus 1. They are computed in double without libm
//                (numerics/exponential.hpp), so that every build gives the same bits.
//   log_sum_exp  nothing
// The sum is computed in double with Neumaier's compensation (A. Neumaier, ZAMM 54, 1974), so that
// it shows the errors of the outputs and not those of the summation. It is infinite or NaN if the
// plain sum is.
template <class T>
[[nodiscard]] std::optional<double> sum_minus_1(ops::Op op, std::span<const T> got);

}  // namespace maxtrick::oracle
