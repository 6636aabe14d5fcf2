// e^x and log x at millions of floats per second, accurate enough for measuring the error of a
// float function.
//
// The functions of the C library for double have an error of a few of their own ULP, and such an
// ULP is 2^-29 of a float's. This is enough to measure the error of a result, but not always enough
// to decide how the exact value rounds. Wherever the double lies within 2^-20 ULP (of float) of a
// breakpoint, MPFR therefore computes the value. A breakpoint is a midpoint between two floats, or
// a power of two, where the ULP changes. The figures stay the same even if a libm is off by 128 of
// its ULP. Only about one input in 2^18 is so near to a breakpoint, so the time of MPFR is
// negligible.
#pragma once

#include "exhaustive/float_function.hpp"
#include "numerics/error.hpp"

namespace maxtrick::exhaustive {

// Returns the error of a result, or 0 if the error is less than 2^-40 ULP: a rest is not known more
// accurately, and a function that returns 1 for the smallest arguments is correct.
[[nodiscard]] double error_of(const numerics::Exact<float>& exact, float got);

// `rounded` and `ulp_exponent` are exact. The error of `rest` is at most `margin`; `margin` is 0
// where `rest` comes from MPFR or is too small to count.
struct Reference {
  numerics::Exact<float> value;
  double margin = 0;
};

// Returns the reference for e^x or log x, by double where that is accurate enough and by MPFR
// otherwise. x may be any float, including NaN and infinities.
[[nodiscard]] Reference reference(Curve curve, float x);

// Returns the exact value of e^x or log x, always by MPFR.
[[nodiscard]] numerics::Exact<float> exact(Curve curve, float x);

}  // namespace maxtrick::exhaustive
