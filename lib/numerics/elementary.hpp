// The exact e^x and log x of one number, from MPFR. Implementations of expf and logf are compared
// with them.
#pragma once

#include "numerics/error.hpp"

namespace maxtrick::numerics {

// e^x and log x as exact values (error.hpp). Special values are those of IEEE 754-2019, section
// 9.2: e^NaN = NaN, e^inf = inf, e^-inf = 0; log NaN = NaN, log x = NaN for x < 0, log inf = inf,
// and log 0 = -inf for both zeros. For x above `exp_beyond_measure`, where e^x is 2^160 times the
// largest float, `rest` is infinite. A call takes some microseconds.
inline constexpr float exp_beyond_measure = 200;
[[nodiscard]] Exact<float> exact_exp(float x);
[[nodiscard]] Exact<float> exact_log(float x);

// log x rounded once to long double, for finite x > 0. The result is the same on every CPU. glibc's
// logl uses the x87 instruction, whose last place depends on the maker of the CPU.
[[nodiscard]] long double wide_log(double x);

}  // namespace maxtrick::numerics
