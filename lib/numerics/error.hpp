// The error measure of the whole project.
//
// One unit in the last place (ULP) is that of the binade of the exact real value v:
//   ulp(v) = 2^(max(floor(log2 |v|), emin) - p + 1)
// with p = 24, emin = -126 for float32; 53, -1022 for float64; 11, -14 for float16; 8, -126 for
// bfloat16 (J.-M. Muller et al., Handbook of Floating-Point Arithmetic, 2nd ed., section 2.3.2:
// Goldberg's definition extended to the reals). It follows:
//   - Below the smallest normal number, one ULP is the smallest subnormal number, such as 2^-149.
//   - Above the largest finite number, one ULP is that of the top binade. An infinity counts as
//     correct (0 ULP) exactly if v rounds to it, to nearest even.
//   - An exact value of 0 (a masked class; the only class in log-softmax) has the ULP of the
//     subnormals.
//   - The sign of a zero is ignored: no op of this project has a result whose meaning is -0.
//   - If the exact value is NaN or an infinity, the error is 0 for NaN or the same infinity
//     respectively, else infinite.
//   - If the result is NaN or an infinity, v is finite, and v does not round to it, the error is
//     infinite.
// By this measure the error of a correctly rounded result is at most 0.5 ULP, also just below a
// power of two.
#pragma once

namespace maxtrick::numerics {

// An exact real value y, as the oracle returns it: y = rounded + rest * 2^ulp_exponent.
//   - `rounded` is y rounded to T, to nearest even, and never -0.
//   - `rest` is known to about 2^-40. A positive y that is extremely small (e^-1e30) has a rest of
//     0 and cannot be distinguished from 0.
//   - If y itself is NaN or infinite, `rounded` is y, `special` is true, and the other members are
//     unused.
//   - If a finite y rounds to an infinity, `special` is false, and `rest` counts from the largest
//     finite number of that sign instead of `rounded`, so that a finite result has its true error.
template <class T>
struct Exact {
  T rounded{};
  double rest = 0;
  int ulp_exponent = 0;
  bool special = false;

  // y in double, for display. It is infinite or 0 if y is beyond the range of double.
  [[nodiscard]] double value() const;
};

// One ULP of T at the finite number v, for values that are not given as an Exact, such as
// gradients.
template <class T>
[[nodiscard]] double ulp(double v);

// |got - exact| in ULPs of T at the exact value, by the rule above; never NaN.
template <class T>
[[nodiscard]] double error_ulp(const Exact<T>& exact, T got);

// |got - exact| / |exact|; never NaN. Special cases:
//   - 0 if both are zero or the same special value, or if `got` is the infinity to which the exact
//     value rounds;
//   - infinite if only the exact value is zero, or if `got` is wrongly NaN or an infinity;
//   - 1 if a positive value is correctly rounded to 0.
template <class T>
[[nodiscard]] double relative_error(const Exact<T>& exact, T got);

// |got - exact|; special values as in relative_error.
template <class T>
[[nodiscard]] double absolute_error(const Exact<T>& exact, T got);

// |from - to| of two exact values in ULPs of T at `to`; special values as in error_ulp.
template <class T>
[[nodiscard]] double difference_ulp(const Exact<T>& from, const Exact<T>& to);

}  // namespace maxtrick::numerics
