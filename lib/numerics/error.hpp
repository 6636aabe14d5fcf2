// The error measure of the whole project.
//
// One unit in the last place (ULP) is taken at the exact real value v, in the binade of v:
//   ulp(v) = 2^(max(floor(log2 |v|), emin) - p + 1)
// with p = 24, emin = -126 for float32; 53, -1022 for float64; 11, -14 for float16; 8, -126 for
// bfloat16 (J.-M. Muller et al., Handbook of Floating-Point Arithmetic, 2nd ed., section 2.3.2:
// Goldberg's definition extended to the reals). So
//   - below the smallest normal number one ULP is the smallest subnormal number, such as 2^-149;
//   - above the largest finite number one ULP stays that of the top binade, and an infinity is
//     counted as correct (0 ULP) exactly where v rounds to it, to nearest even;
//   - an exact value of 0 (a masked class; the only class in log-softmax) has the ULP of the
//     subnormals;
//   - the sign of a zero is ignored: no op of this project has a result whose meaning is -0;
//   - exact NaN or infinity: 0 ULP for the same NaN-ness or the same infinity, else infinite;
//   - NaN or infinity where v is finite (and does not round to it): infinite.
// A correctly rounded result is at most 0.5 ULP off by this measure, also just below a power of
// two.
#pragma once

namespace maxtrick::numerics {

// An exact real value y as the oracle hands it out: y = rounded + rest * 2^ulp_exponent, where
// `rounded` is y rounded to T, to nearest even, and never -0. `rest` is known to about 2^-40; a
// positive y beyond all measure (e^-1e30) has rest 0 and cannot be told from 0.
// Where y itself is NaN or infinite, `rounded` is that, special is true and the rest is unused.
// Where a finite y rounds to an infinity, special is false and `rest` counts from the largest
// finite number of that sign instead, so that a finite result has its true error.
template <class T>
struct Exact {
  T rounded{};
  double rest = 0;
  int ulp_exponent = 0;
  bool special = false;

  // y in double, for showing: infinite or 0 where y is beyond double's range.
  [[nodiscard]] double value() const;
};

// One ULP of T at v, a finite number: for values that are no Exact, such as gradients.
template <class T>
[[nodiscard]] double ulp(double v);

// |got - exact| in ULPs of T at the exact value, by the rule above; never NaN.
template <class T>
[[nodiscard]] double error_ulp(const Exact<T>& exact, T got);

// |got - exact| / |exact|; 0 where both are zero or the same special value (or an infinity that the
// exact value rounds to), infinite where only the exact value is zero or `got` is a NaN or an
// infinity that it should not be; never NaN. 1 where a positive value rightly rounds to 0.
template <class T>
[[nodiscard]] double relative_error(const Exact<T>& exact, T got);

// |got - exact|; special values as in relative_error.
template <class T>
[[nodiscard]] double absolute_error(const Exact<T>& exact, T got);

// |from - to| of two exact values in ULPs of T at `to`; special values as in error_ulp.
template <class T>
[[nodiscard]] double difference_ulp(const Exact<T>& from, const Exact<T>& to);

}  // namespace maxtrick::numerics
