// Compares the results of a stage with the exact softmax.
#pragma once

#include <span>

#include "cost/method.hpp"

namespace maxtrick::cost {

// The largest error of a stage over some rows of x, in ULP. Infinite where a copy or a maximum is
// not exact, or a result is NaN.
//   exp         y_i / y_t against p_i / p_t, where p are the exact probabilities and t is the class of the
//               largest logit: stages have factors of their own
//   sum         likewise, and number / y_t against 1 / p_t
//   the whole   y against p
// Ratios are compared in double; there 1 ULP is 2^-23 of the exact ratio.
[[nodiscard]] double largest_error(Stage stage, numerics::Rows<const float> x,
                                   numerics::Rows<const float> y, std::span<const float> numbers);

}  // namespace maxtrick::cost
