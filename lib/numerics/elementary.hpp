// e^x and log x of one number, from MPFR: what an implementation of expf or logf is judged by.
#pragma once

#include "numerics/error.hpp"

namespace maxtrick::numerics {

// As in error.hpp, from MPFR. Special values as IEEE 754-2019, section 9.2, has them: e^NaN = NaN,
// e^inf = inf, e^-inf = 0; log NaN = log x = NaN for x < 0, log inf = inf, log 0 = -inf for both
// zeros. From `exp_beyond_measure` on, where e^x is 2^160 times the largest float, `rest` is
// infinite. Some microseconds each.
inline constexpr float exp_beyond_measure = 200;
[[nodiscard]] Exact<float> exact_exp(float x);
[[nodiscard]] Exact<float> exact_log(float x);

// log x rounded once to long double, on every CPU: the last place of x87's own, which glibc's logl
// uses, depends on who made it. x is finite and > 0.
[[nodiscard]] long double wide_log(double x);

}  // namespace maxtrick::numerics
