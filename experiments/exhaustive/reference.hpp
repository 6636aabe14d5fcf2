// e^x and log x at millions of floats a second, as near as the error of a float function needs.
//
// The C library's double has an error of a few of its own ULP, 2^-29 of a float's. That tells how
// far off a result is, but not always how the exact value rounds. So what depends on that comes
// from MPFR wherever the double lies within 2^-20 ULP (of float) of a breakpoint: a midpoint
// between two floats, or a power of two, where the ULP changes. A libm may be off by 128 of its
// ULP, and no figure moves. About one input in 2^18 is so near: MPFR takes no time.
#pragma once

#include "exhaustive/float_function.hpp"
#include "numerics/error.hpp"

namespace maxtrick::exhaustive {

// The error of a result, but 0 where it is less than 2^-40: a rest is not known to more, and a
// function that gives 1 for the smallest arguments is right.
[[nodiscard]] double error_of(const numerics::Exact<float>& exact, float got);

// `rounded` and `ulp_exponent` are those of the exact value; `rest` is off by at most `margin`,
// which is 0 where it comes from MPFR or is below measure.
struct Reference {
  numerics::Exact<float> value;
  double margin = 0;
};

[[nodiscard]] Reference reference(Curve curve, float x);

[[nodiscard]] numerics::Exact<float> exact(Curve curve, float x);

}  // namespace maxtrick::exhaustive
