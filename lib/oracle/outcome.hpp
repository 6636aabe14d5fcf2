// What came of a case: the outputs of a variant, judged against the oracle.
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

// Each output of a row is judged alone, in this order, and the row has the worst of its outputs'
// outcomes (the enumerators are in rising order):
//   ok          within the tolerance, or correctly rounded, or the right special value;
//   inaccurate  more ULPs off than the tolerance, but the relative error is below 1/2;
//   differs     a special value other than the project's (or a number in its place) in a row with
//               NaN, +inf or nothing but -inf, from a variant that states a definition of its own;
//   wrong       not one correct digit: relative error of 1/2 or more, and none of the rest; also
//               the wrong special value without a definition of one's own, and a number in
//               place of the log-probability -inf of a masked class;
//   underflow   softmax: 0 where the exact value does not round to 0, but is lost beside 1 (below
//               half an ULP of 1; a larger one is no underflow, but wrong); log ops: -inf where it
//               is finite (the logarithm of a probability, or of a sum, that came out as 0);
//   overflow    +inf (softmax: either infinity) where the exact value is finite. Also 0 in a row
//               of softmax whose outputs are all 0, and -inf in a row of log_softmax whose outputs
//               are all -inf, where it is not right: the denominator overflowed;
//   nan         NaN where the exact value is a number or an infinity.
enum class Outcome { ok, inaccurate, differs, wrong, underflow, overflow, nan };
inline constexpr Outcome all_outcomes[] = {Outcome::ok,    Outcome::inaccurate, Outcome::differs,
                                           Outcome::wrong, Outcome::underflow,  Outcome::overflow,
                                           Outcome::nan};
[[nodiscard]] std::string_view name(Outcome outcome);

struct Verdict {
  Outcome outcome = Outcome::ok;
  double max_error_ulp = 0;                    // over the row, by error.hpp; may be infinite
  std::optional<std::size_t> first_bad_index;  // the first output that is not ok
};

// `exact` and `got` have one entry an output. `tolerance_ulp` is the largest error called ok.
// `own_special_values` says that the variant follows a stated definition of its own.
template <class T>
[[nodiscard]] Verdict judge(ops::Op op, std::span<const numerics::Exact<T>> exact,
                            std::span<const T> got, double tolerance_ulp, bool own_special_values);

// The same for a row of any op: `got` and `loss` (null where the op has none) are what was computed
// for it. The first bad index is left empty for ops with losses.
template <class T>
[[nodiscard]] Verdict judge(ops::Op op, const Answer<T>& answer, std::span<const T> got,
                            const T* loss, double tolerance_ulp, bool own_special_values);

// The sum of the probabilities that a row of outputs stands for, minus 1: of the outputs for
// softmax, of their exponentials (std::exp in double, so libm's last bit shows) for log_softmax;
// nothing for log_sum_exp. Summed in double with Neumaier's compensation (A. Neumaier, ZAMM 54,
// 1974), so that the figure is the outputs' and not the summation's. Infinite or NaN where the
// plain sum is.
template <class T>
[[nodiscard]] std::optional<double> sum_minus_1(ops::Op op, std::span<const T> got);

}  // namespace maxtrick::oracle
